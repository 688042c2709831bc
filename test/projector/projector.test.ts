import { skipEvent } from '../../src/control/skip-decisions.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { append } from '../../src/log/append.ts';
import { deriveId } from '../../src/log/event-id.ts';
import { readBatch } from '../../src/projector/batch.ts';
import { rebuild } from '../../src/projector/rebuild.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendRun } from '../support/events.ts';
import { expectRebuildEqualsLive, projectAll, testFolds } from '../support/project.ts';
import { noArchive } from '../../src/log/archive/archive.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await expectRebuildEqualsLive(database);
  await database.close();
});

const startedAt = new Date('2026-11-20T10:00:00Z');
const market = (
  id: string,
  price: number,
  lastUpdated: string | null = '2026-11-20T09:59:00.000Z',
  more: object = {},
) => ({
  id,
  symbol: id.slice(0, 3),
  name: id,
  image: null,
  current_price: price,
  market_cap: price * 10,
  market_cap_rank: 1,
  total_volume: 5,
  last_updated: lastUpdated,
  ...more,
});
const markets = { stream: 'coingecko.markets', startedAt, params: { vs_currency: 'usd' } };

async function runRow(runId: string) {
  const [row] = await database.sql`select * from read.run where run_id = ${runId}`;
  return row;
}

describe('the projector', () => {
  it('counts a new observation as accepted, a coin on a second page as a duplicate, another value for it as revised', async () => {
    await appendRun(database.sql, {
      ...markets,
      runId: 'r1',
      pages: [JSON.stringify([market('bitcoin', 10), market('ether', 2)])],
    });
    await appendRun(database.sql, {
      ...markets,
      runId: 'r2',
      startedAt: new Date('2026-11-20T10:05:00Z'),
      pages: [
        JSON.stringify([market('ether', 3), market('new', 1, '2026-11-20T10:04:00Z'), { id: 'broken' }]),
        JSON.stringify([
          market('bitcoin', 11, '2026-11-20T10:04:30Z'),
          // The ranking shifted between the two pages.
          market('ether', 4, '2026-11-20T10:04:31Z'),
        ]),
      ],
    });
    await projectAll(database);
    expect(await runRow('r1')).toMatchObject({
      status: 'COMPLETED',
      pages: 1,
      recordsRead: 2,
      accepted: 2,
      duplicates: 0,
    });
    expect(await runRow('r2')).toMatchObject({
      pages: 2,
      recordsRead: 5,
      accepted: 2,
      revised: 1,
      duplicates: 1,
      rejected: 1,
      skipped: 0,
    });
  });

  it('keeps one row per observation and the newest as the latest quote', async () => {
    const quotes = await database.sql`select source_coin_id, price from read.quote order by 1`;
    expect(quotes).toEqual([
      { sourceCoinId: 'bitcoin', price: '11' },
      { sourceCoinId: 'ether', price: '3' },
      { sourceCoinId: 'new', price: '1' },
    ]);
    const counts = await database.sql`select source_coin_id, snapshots from read.source_coin order by 1`;
    expect(counts.map((row) => row['snapshots'])).toEqual([2, 1, 1]);
    expect(await database.sql`select coins, snapshots, last_run_id from read.source`).toEqual([
      { coins: 3, snapshots: 4, lastRunId: 'r2' },
    ]);
  });

  it('puts aside a record it cannot read, with every reason, and names the event', async () => {
    const rejected =
      await database.sql`select stream, version, record_index, run_id, issues from read.rejected_record`;
    expect(rejected).toHaveLength(1);
    expect(rejected[0]).toMatchObject({
      stream: 'coingecko.markets',
      version: 5,
      recordIndex: 2,
      runId: 'r2',
    });
    expect(rejected[0]?.['issues'].length).toBeGreaterThan(0);
  });

  it('an event that no fold can read becomes a dead letter and stops nothing', async () => {
    await appendRun(database.sql, {
      ...markets,
      runId: 'r3',
      startedAt: new Date('2026-11-20T11:00:00Z'),
      pages: ['{"not":"a list"}', JSON.stringify([market('late', 4)])],
    });
    await projectAll(database);
    const dead = await database.sql`select stream, version from read.dead_letter`;
    expect(dead).toEqual([{ stream: 'coingecko.markets', version: 9 }]);
    // Its other page is folded; a run that received what nobody can read is no success.
    expect(await runRow('r3')).toMatchObject({
      status: 'FAILED',
      errorCode: 'EVENT_UNREADABLE',
      pages: 2,
      accepted: 1,
    });
  });

  it('raises the version once per batch, and a swap raises it once more', async () => {
    const version = async () =>
      (await database.sql<{ version: number }[]>`select version from read.read_model`)[0]?.version ?? -1;
    const before = await version();
    await projectAll(database);
    expect(await version()).toBe(before);
    await skipEvent(database.sql, 'coingecko.markets', 9, { actor: 'test', reason: 'no data' }, new Date());
    const result = await rebuild({ ...testFolds, sql: database.sql, holder: 'rebuild' });
    expect(result).toMatchObject({ swapped: true, snapshots: 5 });
    expect(await version()).toBe(before + 1);
    expect(await database.sql`select count(*) as rows from public.snapshot`).toEqual([{ rows: 5 }]);
  });
});

describe('a batch', () => {
  it('is bounded by raw bytes, however well they pack', async () => {
    const limits = { records: 5_000, events: 1_000, payloadBytes: 3_000_000 };
    await append(
      database.sql,
      'csv.files',
      Array.from({ length: 6 }, (_, index) => ({
        id: deriveId('packed', index),
        type: 'file.chunk',
        schemaVersion: 1,
        runId: null,
        receivedAt: startedAt,
        metadata: {},
        payload: Buffer.alloc(1_000_000, 'a'),
      })),
    );
    const batch = await readBatch(
      { sql: database.sql, archive: noArchive, redactions: new Set() },
      new Map(),
      limits,
      new Map([['csv.files', 6]]),
    );
    expect(batch.map(({ version }) => version)).toEqual([1, 2, 3, 4]);
    await database.owner.begin(async (tx) => {
      // Not a CSV chunk that any fold could read: it was only to be measured.
      await tx`set local session_replication_role = replica`;
      await tx`delete from log.event where stream = 'csv.files'`;
      await tx`delete from log.stream where stream = 'csv.files'`;
    });
  });
});
