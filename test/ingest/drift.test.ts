import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acknowledgeDrift } from '../../src/control/drift-decisions.ts';
import { noArchive } from '../../src/log/archive/archive.ts';
import { countOpenDrifts, readDrifts } from '../../src/read/drifts.ts';
import { readRejected } from '../../src/read/rejected.ts';
import { replayRejected } from '../../src/read/replay.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestIngester, sourceConfigured } from '../support/ingest.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { startUpstream } from '../support/upstream.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await projectAll(database);
  await expectRebuildEqualsLive(database);
  await database.close();
});

const by = { actor: 'test', reason: 'seen' };

/** One run after the other of a source whose upstream sends these bodies in turn; projected after each. */
async function runs(
  name: 'coingecko' | 'coinpaprika',
  bodies: readonly (Uint8Array | string)[],
  environment: Record<string, string> = {},
) {
  let next = 0;
  const upstream = await startUpstream(() => ({ body: bodies[next] ?? '[]' }));
  const ingester = createTestIngester(database);
  const prefix = name.toUpperCase();
  const source = sourceConfigured(name, { [`${prefix}_BASE_URL`]: upstream.url, ...environment });
  for (next = 0; next < bodies.length; next += 1) {
    const outcome = await ingester.ingest(source, { reason: 'test' });
    expect(outcome.kind).toBe('completed');
    await projectAll(database);
  }
  await Promise.all([ingester.close(), upstream.close()]);
}

const found = async () =>
  (await readDrifts(database.sql, {}, 100))
    .map(({ kind, path, count }) => [kind, path, count] as const)
    .sort((a, b) => (a[1] < b[1] ? -1 : 1));

const coin = (id: string, more: object = {}) => ({
  id,
  symbol: id,
  name: id,
  image: 'https://example.test/i.png',
  current_price: 1,
  last_updated: '2026-11-20T10:00:00Z',
  ...more,
});
const page = (count: number, more: (index: number) => object = () => ({})): string =>
  JSON.stringify(Array.from({ length: count }, (_, i) => coin(`c${i}`, more(i))));

describe('a change of what a source sends', () => {
  it('is reported once, with path, before, after, count, sample and events, and stays open until acknowledged', async () => {
    const changed = page(40, (i) => ({ liquidity_score: i, current_price: '1.5' }));
    await runs('coingecko', [
      page(40),
      changed,
      page(40, (i) => ({ liquidity_score: i + 1, current_price: '2' })),
    ]);
    const drifts = await readDrifts(database.sql, {}, 10);
    expect(drifts).toHaveLength(2);
    expect(drifts.find(({ kind }) => kind === 'FIELD_ADDED')).toMatchObject({
      source: 'coingecko',
      stream: 'coingecko.markets',
      path: 'liquidity_score',
      before: null,
      after: 'number',
      count: 40,
      sample: 0,
      firstVersion: 5,
      lastVersion: 5,
      params: { vs_currency: 'usd', pages: 1 },
      acknowledgedAt: null,
    });
    expect(drifts.find(({ kind }) => kind === 'TYPE_CHANGED')).toMatchObject({
      path: 'current_price',
      before: 'number',
      after: 'string',
      sample: '1.5',
    });
    const [drift] = drifts;
    await acknowledgeDrift(database.sql, drift?.driftId ?? '', by, new Date());
    await projectAll(database);
    expect(await countOpenDrifts(database.sql)).toEqual(new Map([['coingecko', 1]]));
    expect(await readDrifts(database.sql, { open: false }, 10)).toMatchObject([
      { driftId: drift?.driftId, acknowledgeReason: 'seen', acknowledgedAt: expect.any(Date) },
    ]);
  });

  it('with more rejected records than the limit fails the run, and says how many', async () => {
    await runs('coingecko', [page(40), page(40, (i) => (i < 30 ? { current_price: 'n/a' } : {}))]);
    const [, run] = await database.sql`select * from read.run order by started_at, started_version`;
    expect(run).toMatchObject({
      status: 'FAILED',
      recordsRead: 40,
      rejected: 30,
      errorCode: 'REJECT_LIMIT',
      errorMessage: expect.stringContaining('30 of 40 records were rejected, and the limit is 10 %'),
    });
  });
});

describe('a strict source', () => {
  const other = page(40, (i) => (i < 2 ? { surprise: true } : {}));

  it('in discard-record keeps records that differ aside until they are replayed after an acknowledgement', async () => {
    const environment = { DRIFT_MODE_COINGECKO: 'discard-record' };
    await runs('coingecko', [page(40), other], environment);
    const rejected = await readRejected(database.sql, {}, 10);
    expect(rejected.map(({ recordIndex, status }) => [recordIndex, status])).toEqual([
      [0, 'OPEN'],
      [1, 'OPEN'],
    ]);
    expect(rejected[0]?.issues).toMatchObject([{ path: 'surprise', code: 'schema_drift', received: 'true' }]);
    const [drift] = await readDrifts(database.sql, {}, 10);
    await acknowledgeDrift(database.sql, drift?.driftId ?? '', by, new Date());
    const deps = { sql: database.sql, archive: noArchive, now: () => new Date() };
    const { replayed, stillRejected } = await replayRejected(deps, rejected, by);
    expect([replayed.length, stillRejected.length]).toEqual([2, 0]);
    await projectAll(database);
    expect((await readRejected(database.sql, {}, 10)).map(({ status }) => status)).toEqual([
      'REPLAYED',
      'REPLAYED',
    ]);
    const accounts =
      await database.sql`select accepted, duplicates, rejected from read.run order by started_version`;
    expect(accounts).toEqual([
      { accepted: 40, duplicates: 0, rejected: 0 },
      { accepted: 0, duplicates: 40, rejected: 0 },
    ]);
    // The next run knows the field.
    await runs('coingecko', [page(41, (i) => (i < 2 ? { surprise: true } : {}))], environment);
    expect(await readRejected(database.sql, { status: 'OPEN' }, 10)).toEqual([]);
  });

  it('in discard-value leaves out what it does not know and keeps the record', async () => {
    await runs('coingecko', [page(40), page(40, (i) => (i === 0 ? { current_price: 'soon', x: 1 } : {}))], {
      DRIFT_MODE_COINGECKO: 'discard-value',
    });
    expect(await readRejected(database.sql, {}, 10)).toEqual([]);
    expect(await database.sql`select price from read.quote where source_coin_id = 'c0'`).toEqual([
      { price: null },
    ]);
  });

  it('in freeze puts the page aside whole and fails the run, until the change is acknowledged', async () => {
    const environment = { DRIFT_MODE_COINGECKO: 'freeze' };
    await runs('coingecko', [page(40), other], environment);
    const last = async () => {
      const [row] = await database.sql`select * from read.run order by started_version desc limit 1`;
      return row;
    };
    expect(await last()).toMatchObject({
      status: 'FAILED',
      errorCode: 'SCHEMA_DRIFT',
      rejected: 40,
      accepted: 0,
    });
    const [drift] = await readDrifts(database.sql, {}, 10);
    await acknowledgeDrift(database.sql, drift?.driftId ?? '', by, new Date());
    await runs('coingecko', [page(41, (i) => (i < 2 ? { surprise: true } : {}))], environment);
    expect(await last()).toMatchObject({ status: 'COMPLETED', rejected: 0 });
    expect(await readDrifts(database.sql, { open: true }, 10)).toEqual([]);
  });
});

const folder = join(import.meta.dirname, '..', '..', '..', 'shared', 'payloads');
describe.skipIf(!existsSync(folder))('recorded payloads (skipped where ../shared/payloads is absent)', () => {
  const recorded = (path: string) => readFileSync(join(folder, path));

  it('of CoinPaprika, 2019 and then today: four fields are new, and nothing else is reported', async () => {
    const bodies = [
      'coinpaprika/tickers_2019-09-06_usd_2541.json',
      'coinpaprika/tickers_modern_shape_4.json',
    ].map(recorded);
    await runs('coinpaprika', [...bodies, ...bodies.slice(1)]);
    expect(await found()).toEqual([
      ['FIELD_ADDED', 'first_data_at', 4],
      ['FIELD_ADDED', 'quotes.*.percent_change_15m', 4],
      ['FIELD_ADDED', 'quotes.*.percent_change_30m', 4],
      ['FIELD_ADDED', 'quotes.*.percent_change_6h', 4],
    ]);
  });

  it('of CoinGecko, 2021 and then 2025: the valuation is filled in now, and nothing else is reported', async () => {
    const bodies = ['2021-06-24_usd_100', '2025-03-04_eur_30', '2025-12-29_usd_100'].map((name) =>
      recorded(`coingecko/markets_${name}.json`),
    );
    await runs('coingecko', [...bodies, ...bodies.slice(2)]);
    expect(await found()).toEqual([['NULLS_JUMPED', 'fully_diluted_valuation', 30]]);
  });
});
