import type { CoinRow } from '../../../read/graphql/coins.ts';
import { numberOf, withPrecision } from './common.ts';
import type { GeckoMarket } from './shapes.ts';

export const changeWindows = ['1h', '24h', '7d', '30d'] as const;
export type ChangeWindow = (typeof changeWindows)[number];

const changeOf = (row: CoinRow, window: ChangeWindow): number | null =>
  numberOf(
    {
      '1h': row.percentChange1h,
      '24h': row.percentChange24h,
      '7d': row.percentChange7d,
      '30d': row.percentChange30d,
    }[window],
  );

/** What the price was before a change in percent, and so the change itself. */
function priceChange(price: number | null, percent: number | null): number | null {
  if (price === null || percent === null || percent <= -100) return null;
  return price - price / (1 + percent / 100);
}

const percentFrom = (price: number | null, base: number | null): number | null =>
  price === null || base === null || base === 0 ? null : (price / base - 1) * 100;

export interface MarketAsked {
  windows: readonly ChangeWindow[];
  precision: string | null;
}

/** Pure: a coin as CoinGecko's `/coins/markets` lists it. */
export function asGeckoMarket(id: string, row: CoinRow, { windows, precision }: MarketAsked): GeckoMarket {
  const exactPrice = numberOf(row.price);
  const ath = numberOf(row.ath);
  const changes = windows.map((window) => [
    `price_change_percentage_${window}_in_currency`,
    changeOf(row, window),
  ]);
  return {
    id,
    symbol: (row.symbol ?? '').toLowerCase(),
    name: row.name,
    image: row.imageUrl,
    current_price: withPrecision(row.price, precision),
    market_cap: numberOf(row.marketCap),
    market_cap_rank: row.rank,
    fully_diluted_valuation: numberOf(row.fullyDilutedValuation),
    total_volume: numberOf(row.volume24h),
    high_24h: numberOf(row.high24h),
    low_24h: numberOf(row.low24h),
    price_change_24h: priceChange(exactPrice, numberOf(row.percentChange24h)),
    price_change_percentage_24h: numberOf(row.percentChange24h),
    market_cap_change_24h: null,
    market_cap_change_percentage_24h: null,
    circulating_supply: numberOf(row.circulatingSupply),
    total_supply: numberOf(row.totalSupply),
    max_supply: numberOf(row.maxSupply),
    ath,
    ath_change_percentage: percentFrom(exactPrice, ath),
    ath_date: null,
    atl: null,
    atl_change_percentage: null,
    atl_date: null,
    roi: null,
    last_updated: row.observedAt?.toISOString() ?? null,
    ...Object.fromEntries(changes),
  };
}
