import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendRun } from '../support/events.ts';
import { readHeads } from '../../src/log/read.ts';
import { createProjector } from '../../src/projector/projector.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { expectRebuildEqualsLive, testFolds } from '../support/project.ts';
import type { Pass } from '../../src/resolver/identity-resolver.ts';
import { createTestResolver } from '../support/resolver.ts';
import { waitFor } from '../support/wait-for.ts';

const geckoCoins = 20_000;
const paprikaCoins = 10_000;
const perPage = 2_500;
const observedAt = '2026-11-20T10:00:00Z';
const tails = ['Token', 'Coin', 'Network', 'Finance', ''];

const symbolOf = (index: number): string => `s${index % 12_000}`;
const nameOf = (index: number): string => `Coin of ${index} ${tails[index % 5]}`.trim();

const gecko = (index: number, price: number) => ({
  id: nameOf(index).toLowerCase().replaceAll(' ', '-'),
  symbol: symbolOf(index),
  name: nameOf(index),
  image: null,
  current_price: price,
  last_updated: observedAt,
});
const paprika = (index: number, minute = 0) => ({
  id: `${symbolOf(index)}-${gecko(index, 1).id}`,
  symbol: symbolOf(index).toUpperCase(),
  name: nameOf(index),
  rank: index + 1,
  last_updated: new Date(Date.parse(observedAt) + minute * 60_000).toISOString(),
  quotes: { USD: { price: index + 1, volume_24h: 1, market_cap: 1_000 + index } },
});

const pages = (count: number, item: (index: number) => object): string[] =>
  Array.from({ length: Math.ceil(count / perPage) }, (_, page) =>
    JSON.stringify(
      Array.from({ length: Math.min(perPage, count - page * perPage) }, (_item, place) =>
        item(page * perPage + place),
      ),
    ),
  );

let database: TestDatabase;

/** In batches as large as a process makes them unless it is told otherwise. */
async function projectAll({ sql }: TestDatabase): Promise<void> {
  const limits = { records: 5_000, events: 1_000, payloadBytes: 5_000_000 };
  const holder = crypto.randomUUID();
  const projector = createProjector({ ...testFolds, limits, sql, holder, log: silentLogger });
  try {
    await projector.catchUpTo(await readHeads(sql));
  } finally {
    await projector.close();
  }
}

beforeAll(async () => {
  database = await createTestDatabase();
  const { sql } = database;
  const startedAt = new Date('2026-11-20T10:01:00Z');
  await appendRun(sql, {
    stream: 'coingecko.markets',
    runId: 'run_g',
    startedAt,
    params: { vs_currency: 'usd' },
    pages: pages(geckoCoins, (index) => gecko(index, index + 1)),
  });
  await appendRun(sql, {
    stream: 'coinpaprika.tickers',
    runId: 'run_p',
    startedAt,
    params: { quotes: 'USD' },
    pages: pages(paprikaCoins, (index) => paprika(index)),
  });
  await projectAll(database);
});
afterAll(async () => {
  await expectRebuildEqualsLive(database);
  await database.close();
});

const timed = async (what: string, task: () => Promise<void>): Promise<number> => {
  const began = performance.now();
  await task();
  const seconds = (performance.now() - began) / 1_000;
  process.stdout.write(`${what}: ${seconds.toFixed(2)} s\n`);
  return seconds;
};

type Decided = Extract<Pass, { kind: 'decided' }>;

/** Rows that statements have read by going through whole tables, of those that have a row per source coin. */
async function rowsScanned(): Promise<number> {
  const [row] = await database.owner<{ rows: number }[]>`
    select sum(seq_tup_read)::bigint as rows from pg_stat_user_tables
    where schemaname = 'read' and relname in ('source_coin', 'identity_link', 'quote', 'coin')`;
  return row?.rows ?? 0;
}

describe('20,000 and 10,000 source coins in the database', () => {
  it('are decided on, recorded and folded within seconds, and a poll of 2,500 quotes looks at nothing twice', async () => {
    const passes: Decided[] = [];
    const resolver = createTestResolver(database, { onPass: (pass) => passes.push(pass) });
    const passed = (what: string, fits: (pass: Decided) => boolean) =>
      waitFor(what, () => passes.some(fits), 120_000);
    try {
      const decideSeconds = await timed('30,000 source coins decided on and recorded', async () => {
        resolver.follow();
        await passed('the first pass', ({ decisions }) => decisions === geckoCoins + paprikaCoins);
      });
      const scannedBefore = await rowsScanned();
      const foldSeconds = await timed('30,000 decisions folded', () => projectAll(database));
      const [row] = await database.sql<{ coins: number; shared: number }[]>`
        select count(*) as coins, count(*) filter (where linked_sources = 2) as shared from read.coin`;
      expect(row).toEqual({ coins: geckoCoins, shared: paprikaCoins });
      // 60,000 now, for what makes a batch once; a table read once for each coin comes to a thousand million.
      expect((await rowsScanned()) - scannedBefore).toBeLessThan(10 * (geckoCoins + paprikaCoins));
      // On an idle machine a tenth of it; the limit is for one that others use too.
      expect(decideSeconds + foldSeconds).toBeLessThan(240);

      await appendRun(database.sql, {
        stream: 'coinpaprika.tickers',
        runId: 'run_q',
        startedAt: new Date('2026-11-20T10:06:00Z'),
        params: { quotes: 'USD' },
        pages: pages(2_500, (index) => paprika(index, 5)),
      });
      await projectAll(database);
      await passed('the pass after the poll', ({ changed }) => changed === 2_500);
      const looked = passes.filter(({ changed }) => changed > 0).map(({ lookedAt }) => lookedAt);
      expect(looked).toEqual([geckoCoins + paprikaCoins, 0]);
      expect(passes.map(({ decisions }) => decisions).filter((count) => count > 0)).toHaveLength(1);
    } finally {
      await resolver.close();
    }
  }, 400_000);
});
