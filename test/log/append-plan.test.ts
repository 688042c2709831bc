import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type Sql } from '../../src/database/client.ts';
import { append } from '../../src/log/append.ts';
import type { NewEvent } from '../../src/log/event.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { plainEvent } from '../support/log.ts';
import { expectRebuildEqualsLive } from '../support/project.ts';

const payload = Buffer.from('{}');
const eventOf = (n: number): NewEvent => plainEvent(`plan ${n}`, payload);

let database: TestDatabase;
let session: Sql;
beforeAll(async () => {
  database = await createTestDatabase();
  session = connect(database.app, { max: 1, name: 'plan', role: 'coinlog_app' });
});
afterAll(async () => {
  await session.end();
  await expectRebuildEqualsLive(database);
  await database.close();
});

interface Reads {
  scans: number;
  rows: number;
}

/** How often event_key or a partition of events was read from end to end, and how many rows were read in any way. */
async function readsSoFar(): Promise<Reads> {
  // A session keeps its counts to itself for a second, and another keeps what it saw of them for a transaction.
  await session`select pg_stat_force_next_flush()`;
  await session`select pg_stat_clear_snapshot()`;
  const [row] = await session<Reads[]>`
    select sum(t.seq_scan)::int as scans,
      (sum(t.seq_tup_read) + sum((select sum(idx_tup_read) from pg_stat_user_indexes i where i.relid = t.relid)))::int as rows
    from pg_stat_user_tables t where schemaname = 'log' and (relname = 'event_key' or relname like 'event:%:%')`;
  return row ?? { scans: Number.NaN, rows: Number.NaN };
}

describe('an append', () => {
  it('reads neither the keys nor the events from end to end, in a session that planned it while both were empty', async () => {
    // One by one until the session has settled on its plans: they are made at the sixth call at the latest.
    for (let n = 0; n < 12; n += 1) await append(session, 'plan', [eventOf(n)]);
    const before = await readsSoFar();
    for (let n = 12; n < 20_000; n += 76)
      await append(
        session,
        'plan',
        Array.from({ length: 76 }, (_, index) => eventOf(n + index)),
      );
    // New, known, and known in part, each by itself at full length.
    await append(session, 'plan', [eventOf(20_000)]);
    await append(session, 'plan', [eventOf(5)]);
    await append(session, 'plan', [eventOf(7), eventOf(30_000)]);
    expect(await session`select head from log.stream`).toEqual([{ head: 20_001 }]);
    // Of all the keys the two that were known. The plan that once read them all did so by the index, by the stream alone.
    expect(await readsSoFar()).toEqual({ scans: before.scans, rows: before.rows + 2 });
    // Attaching the first partition looks at it while it is empty, and that is all.
    expect(before.rows).toBe(0);
  });
});
