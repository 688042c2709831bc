import type { CurrencyView } from '../../sandbox/kit/currency.ts';
import { isSteady } from '../../sandbox/kit/listing.ts';
import { unit } from '../../sandbox/kit/random.ts';
import type { SandboxCoin } from '../sandbox-market.ts';
import { type Precision, writeAmount, writePercent, writePrice } from './sandbox-numbers.ts';

const dayMs = 86_400_000;
/** Coins of which the API has no more than the name. */
const hollowShare = 0.005;
const roiShare = 0.14;

/** One entry of `/coins/markets`, without what is there only when asked for. */
export function marketCoin(coin: SandboxCoin, currency: CurrencyView, precision: Precision): object {
  const naming = {
    id: coin.slug,
    symbol: coin.symbol.toLowerCase(),
    name: coin.name,
    // A host that cannot exist: a page that shows the image asks nobody.
    image: `https://coin-images.example/coins/images/${coin.index + 1}/large/${encodeURIComponent(coin.slug)}.png`,
  };
  return isHollow(coin) ? { ...naming, ...nothing } : { ...naming, ...values(coin, currency, precision) };
}

/** Whether everything but the coin's naming is null. */
export function isHollow(coin: SandboxCoin): boolean {
  return !isSteady(coin) && unit('coingecko', 'hollow', coin.index) < hollowShare;
}

function values(coin: SandboxCoin, currency: CurrencyView, precision: Precision): typeof nothing {
  const price = currency.fromUsd(coin.priceUsd);
  const marketCap = currency.fromUsd(coin.marketCapUsd);
  const change24h = currency.change(coin.percentChange24h, dayMs);
  const before = 1 / (1 + change24h / 100);
  const traded = coin.volume24hUsd > 0;
  return {
    current_price: writePrice(price, precision),
    market_cap: writeAmount(marketCap),
    market_cap_rank: coin.marketCapUsd > 0 ? coin.rank : null,
    fully_diluted_valuation: dilutedValuation(coin, price),
    total_volume: writeAmount(currency.fromUsd(coin.volume24hUsd)),
    high_24h: traded ? writePrice(currency.fromUsd(coin.high24hUsd), precision) : null,
    low_24h: traded ? writePrice(currency.fromUsd(coin.low24hUsd), precision) : null,
    price_change_24h: price * (1 - before),
    price_change_percentage_24h: writePercent(change24h),
    market_cap_change_24h: marketCap * (1 - before),
    market_cap_change_percentage_24h: writePercent(change24h),
    circulating_supply: coin.circulatingSupply,
    total_supply: coin.totalSupply,
    max_supply: coin.maxSupply,
    ...records(coin, currency, precision),
    roi: returnOnInvestment(coin),
    last_updated: coin.updatedAt.toISOString(),
  };
}

/** Highest and lowest ever. The lowest is a guess that no walk of ours gets below. */
function records(coin: SandboxCoin, currency: CurrencyView, precision: Precision) {
  const atlUsd = coin.athUsd * 10 ** (-4 - 2 * unit('coingecko', 'atl', coin.index));
  const from = (extremeUsd: number): number => writePercent((coin.priceUsd / extremeUsd - 1) * 100);
  return {
    ath: writePrice(currency.fromUsd(coin.athUsd), precision),
    ath_change_percentage: from(coin.athUsd),
    ath_date: coin.athAt.toISOString(),
    atl: writePrice(currency.fromUsd(atlUsd), precision),
    atl_change_percentage: from(atlUsd),
    atl_date: coin.firstDataAt.toISOString(),
  };
}

function dilutedValuation(coin: SandboxCoin, price: number): number | null {
  const supply = coin.maxSupply ?? (unit('coingecko', 'fdv', coin.index) < 0.4 ? coin.totalSupply : null);
  return supply === null ? null : writeAmount(price * supply);
}

function returnOnInvestment(
  coin: SandboxCoin,
): { times: number; currency: string; percentage: number } | null {
  if (unit('coingecko', 'roi', coin.index) >= roiShare) return null;
  const times = coin.priceUsd / (coin.athUsd * unit('coingecko', 'paid', coin.index) + Number.MIN_VALUE) - 1;
  return { times, currency: 'usd', percentage: times * 100 };
}

interface Values {
  current_price: number | null;
  market_cap: number | null;
  market_cap_rank: number | null;
  fully_diluted_valuation: number | null;
  total_volume: number | null;
  high_24h: number | null;
  low_24h: number | null;
  price_change_24h: number | null;
  price_change_percentage_24h: number | null;
  market_cap_change_24h: number | null;
  market_cap_change_percentage_24h: number | null;
  circulating_supply: number | null;
  total_supply: number | null;
  max_supply: number | null;
  ath: number | null;
  ath_change_percentage: number | null;
  ath_date: string | null;
  atl: number | null;
  atl_change_percentage: number | null;
  atl_date: string | null;
  roi: { times: number; currency: string; percentage: number } | null;
  last_updated: string | null;
}

const nothing: Values = {
  current_price: null,
  market_cap: null,
  market_cap_rank: null,
  fully_diluted_valuation: null,
  total_volume: null,
  high_24h: null,
  low_24h: null,
  price_change_24h: null,
  price_change_percentage_24h: null,
  market_cap_change_24h: null,
  market_cap_change_percentage_24h: null,
  circulating_supply: null,
  total_supply: null,
  max_supply: null,
  ath: null,
  ath_change_percentage: null,
  ath_date: null,
  atl: null,
  atl_change_percentage: null,
  atl_date: null,
  roi: null,
  last_updated: null,
};
