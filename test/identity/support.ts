import { appendRun } from '../support/events.ts';
import type { TestDatabase } from '../support/database.ts';

let runs = 0;
const run = (database: TestDatabase, stream: string, params: Record<string, string>, body: object[]) =>
  appendRun(database.sql, {
    stream,
    runId: `run_${(runs += 1)}`,
    startedAt: new Date('2026-11-20T10:00:00Z'),
    params,
    pages: [JSON.stringify(body)],
  });

/** A time within the hour before the runs. */
export const at = (minute: number): string => new Date(Date.UTC(2026, 10, 20, 9, minute)).toISOString();

export interface GeckoCoin {
  id: string;
  symbol: string;
  name: string;
  price: number | null;
  rank?: number;
  marketCap?: number;
  minute?: number;
}

/** One page of CoinGecko, as it sends it. */
export const pollGecko = (database: TestDatabase, ...coins: GeckoCoin[]): Promise<void> =>
  run(
    database,
    'coingecko.markets',
    { vs_currency: 'usd' },
    coins.map(({ id, symbol, name, price, rank, marketCap, minute = 0 }) => ({
      id,
      symbol,
      name,
      image: null,
      current_price: price,
      market_cap: marketCap ?? null,
      market_cap_rank: rank ?? null,
      last_updated: at(minute),
    })),
  );

export interface PaprikaCoin {
  id: string;
  symbol: string;
  name: string;
  price: number;
  rank?: number;
  marketCap?: number;
  minute?: number;
}

/** All of CoinPaprika, as it sends it. */
export const pollPaprika = (database: TestDatabase, ...coins: PaprikaCoin[]): Promise<void> =>
  run(
    database,
    'coinpaprika.tickers',
    { quotes: 'USD' },
    coins.map(({ id, symbol, name, price, rank = 1, marketCap = 1, minute = 0 }) => ({
      id,
      name,
      symbol,
      rank,
      last_updated: at(minute),
      quotes: { USD: { price, volume_24h: 1, market_cap: marketCap } },
    })),
  );

export const bitcoin = {
  id: 'bitcoin',
  symbol: 'btc',
  name: 'Bitcoin',
  price: 100,
  rank: 1,
  marketCap: 1_000,
};
export const btcBitcoin = {
  id: 'btc-bitcoin',
  symbol: 'BTC',
  name: 'Bitcoin',
  price: 102,
  rank: 1,
  marketCap: 1_020,
};

/** Which coin each source's coin is, as the read model shows it. */
export async function linksOf({ sql }: TestDatabase): Promise<Record<string, string>> {
  const rows = await sql<{ key: string; coinId: string }[]>`
    select source || ':' || source_coin_id as key, coin_id from read.identity_link order by key`;
  return Object.fromEntries(rows.map(({ key, coinId }) => [key, coinId]));
}
