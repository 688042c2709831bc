import type { CurrencyView } from '../../sandbox/kit/currency.ts';
import { isSteady } from '../../sandbox/kit/listing.ts';
import { unit } from '../../sandbox/kit/random.ts';
import type { SandboxCoin } from '../sandbox-market.ts';
import { type Plan, paprikaId, paprikaPercent, paprikaTime } from './sandbox-view.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export interface TickerOptions {
  currencies: CurrencyView[];
  plan: Plan;
  /** Null for a coin that is younger. */
  priceYearAgoUsd: number | null;
}

/** One entry of `/tickers`. What is unknown comes as 0, as `""`, as null or not at all. */
export function tickerOf(coin: SandboxCoin, options: TickerOptions): object {
  return {
    id: paprikaId(coin),
    name: coin.name,
    symbol: coin.symbol,
    rank: coin.rank,
    ...(options.plan === 'paid' ? { circulating_supply: coin.circulatingSupply } : {}),
    total_supply: coin.totalSupply ?? 0,
    ...maxSupply(coin),
    beta_value: gap(coin, 'beta', 0.02)
      ? null
      : Number((2 * unit('coinpaprika', 'beta', coin.index)).toFixed(6)),
    ...(gap(coin, 'first data', 0.03) ? {} : { first_data_at: paprikaTime(coin.firstDataAt) }),
    last_updated: paprikaTime(coin.updatedAt),
    quotes: Object.fromEntries(
      options.currencies.map((currency) => [currency.code, quoteOf(coin, currency, options.priceYearAgoUsd)]),
    ),
  };
}

/** Whether something is missing of the coin: steadily so, for that share of the coins. */
function gap(coin: SandboxCoin, what: string, share: number): boolean {
  return !isSteady(coin) && unit('coinpaprika', 'gap', what, coin.index) < share;
}

function maxSupply(coin: SandboxCoin): { max_supply?: number | null } {
  if (coin.maxSupply !== null && !gap(coin, 'max supply', 0.3)) return { max_supply: coin.maxSupply };
  if (gap(coin, 'max supply null', 0.03)) return { max_supply: null };
  return gap(coin, 'max supply absent', 0.02) ? {} : { max_supply: 0 };
}

function quoteOf(coin: SandboxCoin, currency: CurrencyView, priceYearAgoUsd: number | null): object {
  const change = (percentUsd: number, windowMs: number): number =>
    paprikaPercent(currency.change(percentUsd, windowMs));
  /** The part of a change that an even course makes in a part of its time. */
  const part = (percentUsd: number, share: number): number => ((1 + percentUsd / 100) ** share - 1) * 100;
  const inYear = priceYearAgoUsd === null ? null : (coin.priceUsd / priceYearAgoUsd - 1) * 100;
  const change24h = change(coin.percentChange24h, dayMs);
  return {
    price: currency.fromUsd(coin.priceUsd),
    volume_24h: gap(coin, 'volume', 0.005) ? null : currency.fromUsd(coin.volume24hUsd),
    volume_24h_change_24h: paprikaPercent(40 * (unit('coinpaprika', 'volume', coin.index) - 0.5) + change24h),
    market_cap: Math.round(currency.fromUsd(coin.marketCapUsd)),
    market_cap_change_24h: coin.marketCapUsd === 0 ? 0 : change24h,
    ...(gap(coin, 'short windows', 0.05)
      ? {}
      : {
          percent_change_15m: change(part(coin.percentChange1h, 1 / 4), hourMs / 4),
          percent_change_30m: change(part(coin.percentChange1h, 1 / 2), hourMs / 2),
        }),
    percent_change_1h: gap(coin, '1h', 0.02) ? 0 : change(coin.percentChange1h, hourMs),
    percent_change_6h: change(part(coin.percentChange24h, 1 / 4), 6 * hourMs),
    percent_change_12h: change(part(coin.percentChange24h, 1 / 2), 12 * hourMs),
    percent_change_24h: change24h,
    percent_change_7d: gap(coin, '7d', 0.01) ? '' : change(coin.percentChange7d, 7 * dayMs),
    percent_change_30d: gap(coin, '30d', 0.03) ? 0 : change(coin.percentChange30d, 30 * dayMs),
    percent_change_1y: inYear === null ? 0 : change(inYear, 365 * dayMs),
    ...allTimeHigh(coin, currency),
  };
}

function allTimeHigh(coin: SandboxCoin, currency: CurrencyView): object {
  if (gap(coin, 'ath', 0.013)) return { ath_price: 0, ath_date: '', percent_from_price_ath: 0 };
  if (gap(coin, 'ath null', 0.01)) return { ath_price: null, ath_date: null, percent_from_price_ath: null };
  return {
    ath_price: currency.fromUsd(coin.athUsd),
    ath_date: paprikaTime(coin.athAt),
    percent_from_price_ath: paprikaPercent((coin.priceUsd / coin.athUsd - 1) * 100),
  };
}
