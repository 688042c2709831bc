import type { Queryable } from '../../database/client.ts';
import { sumOf } from '../../identity/decimal.ts';
import type { CoinRow } from './coins.ts';

/** The market as all coins together make it; decimals as text, null where no coin has the value. */
export interface MarketTotals {
  marketCap: string | null;
  volume24h: string | null;
  /** Of Bitcoin; null where there is none, or no market cap of it. */
  bitcoinMarketCap: string | null;
  coinCount: number;
  observedAt: Date | null;
}

/** How a coin of this name is called; whichever source it came from first, its canonical id is or leads to this. */
export const bitcoinId = 'bitcoin';

/** One look at the small table of coins. `bitcoin`: its canonical id, where there is one. */
export async function readMarket(sql: Queryable, bitcoin: string | null): Promise<MarketTotals> {
  const [totals] = await sql<MarketTotals[]>`
    select sum(market_cap) as market_cap, sum(volume_24h) as volume_24h,
      max(market_cap) filter (where coin_id = ${bitcoin}) as bitcoin_market_cap, count(*) as coin_count,
      max(observed_at) as observed_at
    from read.coin`;
  return (
    totals ?? { marketCap: null, volume24h: null, bitcoinMarketCap: null, coinCount: 0, observedAt: null }
  );
}

/** Pure: the same of coins in memory. */
export function marketOf(
  coins: readonly Pick<CoinRow, 'coinId' | 'marketCap' | 'volume24h' | 'observedAt'>[],
  bitcoin: string | null,
): MarketTotals {
  return {
    marketCap: sumOf(coins.map(({ marketCap }) => marketCap)),
    volume24h: sumOf(coins.map(({ volume24h }) => volume24h)),
    bitcoinMarketCap: coins.find(({ coinId }) => coinId === bitcoin)?.marketCap ?? null,
    coinCount: coins.length,
    observedAt: coins.reduce<Date | null>(
      (latest, { observedAt }) =>
        latest === null || (observedAt !== null && observedAt > latest) ? observedAt : latest,
      null,
    ),
  };
}
