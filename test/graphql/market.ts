import type { Sql } from '../../src/database/client.ts';
import { append } from '../../src/log/append.ts';
import { deriveId } from '../../src/log/event-id.ts';
import { files } from '../../src/sources/csv/feed.ts';
import type { TestDatabase } from '../support/database.ts';
import { appendRun } from '../support/events.ts';
import { projectAll } from '../support/project.ts';

/** When everything happens; a little before it the coins were observed. */
export const startedAt = new Date('2026-11-20T10:00:00Z');
const observed = '2026-11-20T09:59:00.000Z';

/** A coin as CoinGecko sends it. */
export const marketCoin = (id: string, more: Record<string, unknown> = {}) => ({
  id,
  symbol: id.slice(0, 3),
  name: id.toUpperCase(),
  image: `https://img.example.org/${id}.png`,
  current_price: 1,
  market_cap: 100,
  market_cap_rank: null,
  total_volume: 5,
  last_updated: observed,
  ...more,
});

export const bitcoin = marketCoin('bitcoin', {
  symbol: 'btc',
  name: 'Bitcoin',
  current_price: 87_123.45,
  market_cap: 1_700_000_000_000,
  market_cap_rank: 1,
  fully_diluted_valuation: 1_830_000_000_000,
  total_volume: 30_000_000_000,
  high_24h: 88_000,
  low_24h: 86_000,
  price_change_percentage_24h: -1.25,
  price_change_percentage_1h_in_currency: 0.1,
  price_change_percentage_7d_in_currency: 2.5,
  price_change_percentage_30d_in_currency: -7,
  circulating_supply: 19_800_000,
  total_supply: 21_000_000,
  max_supply: 21_000_000,
  ath: 109_000,
});

/** Ties and nulls in every order, and names that a pattern would read otherwise. */
const others = [
  marketCoin('ether', {
    symbol: 'eth',
    current_price: 3_000,
    market_cap_rank: 2,
    price_change_percentage_24h: 1,
  }),
  marketCoin('tie-a', { current_price: 7, market_cap_rank: 5, price_change_percentage_24h: 1 }),
  marketCoin('tie-b', { current_price: 7, market_cap_rank: 5, symbol: 'tie' }),
  marketCoin('tie-c', { current_price: 7, market_cap_rank: 5, symbol: 'tie' }),
  marketCoin('dust', { current_price: 1.234e-8, market_cap: null }),
  marketCoin('unpriced-a', { current_price: null, market_cap: null, total_volume: null }),
  marketCoin('unpriced-b', { current_price: null, market_cap: null, total_volume: null }),
  marketCoin('unpriced-c', { current_price: null, market_cap: 0 }),
  marketCoin('fifty', { name: '50% Coin' }),
  marketCoin('under', { name: 'A_B' }),
  marketCoin('letter', { name: 'AxB' }),
];

const paprikaCoin = (id: string, quotes: Record<string, object>) => ({
  id,
  name: 'Bitcoin',
  symbol: 'BTC',
  rank: 1,
  total_supply: 21_000_000,
  max_supply: 21_000_000,
  last_updated: observed,
  quotes,
});

export const paprikaPage = [
  paprikaCoin('btc-bitcoin', { USD: { price: 87_000.5, volume_24h: 1, market_cap: 2 }, ETH: { price: 29 } }),
  paprikaCoin('bitcoin', { USD: { price: 86_999 } }),
];

export const csvText = 'id,price,note\nbitcoin,"86,500.25",mine\nbroken,abc,\n';

/** A file's run, as the ingester appends it. */
export async function appendFile(sql: Sql, runId: string, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  const described = files.describe(bytes, true);
  if (described.kind === 'refused') throw new Error(described.reason);
  const { header, ...rest } = described.description;
  const description = { ...rest, header: [...header] };
  const chunker = files.createChunker(described.description);
  const file = { name: 'mine.csv', sha256: 'test', bytes: bytes.length, modifiedAt: observed };
  const event = { schemaVersion: 1, runId, receivedAt: startedAt, payload: new Uint8Array() };
  await append(sql, files.stream, [
    { ...event, id: deriveId(runId, 'file.opened'), type: 'file.opened', metadata: { file, description } },
    ...[...chunker.push(bytes), ...chunker.end()].map(({ bytes: payload, offset, firstLine }) => ({
      ...event,
      id: deriveId(runId, offset),
      type: 'file.chunk',
      metadata: { file, description, offset, firstLine },
      payload,
    })),
    { ...event, id: deriveId(runId, 'run.completed'), type: 'run.completed', metadata: {} },
  ]);
}

const minutesLater = (minutes: number): Date => new Date(startedAt.getTime() + minutes * 60_000);

/** Runs of all three sources, one in euro and one that failed, folded. */
export async function fillMarket(database: TestDatabase): Promise<void> {
  const { sql } = database;
  const markets = { stream: 'coingecko.markets', params: { vs_currency: 'usd' } };
  const pages = [JSON.stringify([bitcoin, ...others])];
  await appendRun(sql, { ...markets, runId: 'usd', startedAt, pages });
  const euro = JSON.stringify([marketCoin('euro', { current_price: 4, market_cap: 40, total_volume: 2 })]);
  await appendRun(sql, {
    ...markets,
    runId: 'eur',
    startedAt: minutesLater(5),
    params: { vs_currency: 'eur' },
    pages: [euro],
  });
  await appendRun(sql, {
    ...markets,
    runId: 'failed',
    startedAt: minutesLater(10),
    pages: [],
    ending: { type: 'run.failed', metadata: { error: { code: 'RATE_LIMITED', message: 'Slow down.' } } },
  });
  await appendRun(sql, {
    stream: 'coinpaprika.tickers',
    runId: 'tickers',
    startedAt: minutesLater(1),
    params: { quotes: 'USD' },
    pages: [JSON.stringify(paprikaPage)],
  });
  await appendFile(sql, 'file', csvText);
  await projectAll(database);
}

/** Every coin that `fillMarket` makes. */
export const coinIds: readonly string[] = [
  ...[bitcoin, ...others].map(({ id }) => `coingecko.${id}`),
  'coingecko.euro',
  'coinpaprika.btc-bitcoin',
  'coinpaprika.bitcoin',
  'csv.bitcoin',
];

/** A page of coins, each observed so many minutes after the first ones, recorded and folded; the version that shows them. */
export async function commitMarket(
  database: TestDatabase,
  minutes: number,
  coins: readonly ReturnType<typeof marketCoin>[],
): Promise<number> {
  const at = new Date(startedAt.getTime() + minutes * 60_000);
  const page = coins.map((coin) => ({ ...coin, last_updated: at.toISOString() }));
  await appendRun(database.sql, {
    stream: 'coingecko.markets',
    params: { vs_currency: 'usd' },
    runId: `market-${minutes}`,
    startedAt: at,
    pages: [JSON.stringify(page)],
  });
  await projectAll(database);
  const [row] = await database.sql<{ version: number }[]>`select version from read.read_model`;
  return row?.version ?? 0;
}
