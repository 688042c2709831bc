import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeFile, readFileIntoLog } from '../../src/ingest/file-run.ts';
import { openFile } from '../../src/ingest/opened-file.ts';
import { openRunStream } from '../../src/ingest/run-stream.ts';
import { csv } from '../../src/sources/csv/index.ts';
import type { TestDatabase } from '../support/database.ts';
import { appendRun, type TestRun } from '../support/events.ts';
import { projectAll } from '../support/project.ts';
import { testNow } from './support.ts';

export const hoursAgo = (hours: number): Date => new Date(testNow.getTime() - hours * 3_600_000);

type PollRun = Pick<TestRun, 'runId' | 'startedAt' | 'pages'> & Partial<TestRun>;

export const coingeckoRun = (run: PollRun): TestRun => ({
  stream: 'coingecko.markets',
  params: { vs_currency: 'usd' },
  ...run,
});
export const coinpaprikaRun = (run: PollRun): TestRun => ({
  stream: 'coinpaprika.tickers',
  params: {},
  ...run,
});

/** One coin as CoinGecko's `/coins/markets` lists it. */
export const marketCoin = (id: string, symbol: string, name: string, more: object = {}) => ({
  id,
  symbol,
  name,
  image: null,
  current_price: 1,
  market_cap: null,
  market_cap_rank: null,
  total_volume: null,
  price_change_percentage_24h: null,
  last_updated: hoursAgo(40).toISOString(),
  ...more,
});

/** One coin as CoinPaprika's `/tickers` lists it. */
export const tickerCoin = (id: string, symbol: string, name: string, usd: object) => ({
  id,
  name,
  symbol,
  rank: 1,
  total_supply: 1,
  max_supply: 1,
  last_updated: hoursAgo(4).toISOString(),
  quotes: { USD: usd },
});

const pageOf = (...coins: object[]): string => JSON.stringify(coins);

const bitcoin = { market_cap: 850_000_000_000, market_cap_rank: 1, total_volume: 25_000_000_000 };
const btcUsd = {
  price: 43251.25,
  market_cap: 850_000_000_001.5,
  volume_24h: 25_000_000_000,
  percent_change_24h: 0,
};
const csvText = `coin_id,symbol,name,price_usd,market_cap_usd,volume_24h_usd,percent_change_24h,rank
bitcoin,BTC,Bitcoin,43250.5,850000000000,25000000000,2.34,1
`;

async function appendCsvRun(
  { sql }: TestDatabase,
  runId: string,
  startedAt: Date,
  text: string,
): Promise<void> {
  if (csv.feed.kind !== 'file') throw new TypeError('csv is read from files');
  const folder = await mkdtemp(join(tmpdir(), 'coinlog-rest-'));
  const at = (ms: number) => new Date(startedAt.getTime() + ms);
  try {
    const path = join(folder, 'coins.csv');
    await writeFile(path, text);
    const file = await openFile(path);
    const described = await describeFile(csv.feed, file, {});
    if (described.kind === 'refused') throw new Error(described.reason);
    const stream = await openRunStream(sql, csv.feed.stream, () => undefined);
    await stream.fact(runId, 'run.started', 0, at(0), {});
    const { signal } = new AbortController();
    const { description } = described;
    const now = () => at(100);
    await readFileIntoLog({
      feed: csv.feed,
      stream,
      runId,
      file,
      description,
      readingKey: '',
      now,
      signal,
      onBytes: () => undefined,
    });
    await stream.fact(runId, 'run.completed', 0, at(250), {});
    await file.handle.close();
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The runs and coins behind the recorded answers: five rows of three sources, five runs in each state. */
export async function writeGoldenData(database: TestDatabase): Promise<void> {
  const { sql } = database;
  await appendRun(
    sql,
    coingeckoRun({
      runId: 'coingecko_2',
      startedAt: hoursAgo(30),
      // A page each: their order of recording is then certain.
      pages: [
        pageOf(
          marketCoin('shiba-inu', 'shib', 'Shiba Inu', {
            current_price: 2.564e-5,
            market_cap: 1e16,
            market_cap_rank: 13,
            price_change_percentage_24h: -3.5,
          }),
        ),
        pageOf(marketCoin('pepe', 'pepe', 'Pepe', { current_price: 1.2e-7 })),
        pageOf(
          marketCoin('bitcoin', 'btc', 'Bitcoin', {
            ...bitcoin,
            current_price: 43249,
            price_change_percentage_24h: 2.3,
          }),
        ),
      ],
    }),
  );
  const btc = pageOf(tickerCoin('btc-bitcoin', 'BTC', 'Bitcoin', btcUsd));
  await appendRun(sql, coinpaprikaRun({ runId: 'coinpaprika_1', startedAt: hoursAgo(3), pages: [btc] }));
  await appendCsvRun(database, 'csv_1', hoursAgo(2.5), csvText);
  const error = { code: 'RATE_LIMITED', message: 'Rate limit exceeded' };
  const failed = { type: 'run.failed', metadata: { error } } as const;
  await appendRun(
    sql,
    coingeckoRun({ runId: 'coingecko_1', startedAt: hoursAgo(2), pages: [], ending: failed }),
  );
  await appendRun(sql, {
    stream: 'csv.files',
    runId: 'csv_2',
    startedAt: hoursAgo(1),
    params: {},
    pages: [],
    ending: null,
  });
  await projectAll(database);
}
