import { setTimeout as sleep } from 'node:timers/promises';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { readHeads } from '../../src/log/read.ts';
import { createProjector, type Projector } from '../../src/projector/projector.ts';
import { rebuild } from '../../src/projector/rebuild.ts';
import { createReadSessions } from '../../src/read/session.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendRun } from '../support/events.ts';
import { expectRebuildEqualsLive, projectAll, testFolds } from '../support/project.ts';
import { waitFor } from '../support/wait-for.ts';

let database: TestDatabase;
const projectors: Projector[] = [];
const children: ChildProcess[] = [];
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await Promise.all(projectors.splice(0).map((projector) => projector.close()));
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
  await projectAll(database);
  await expectRebuildEqualsLive(database);
  await database.close();
});

const record = (id: string, price: number, minute: number) => ({
  id,
  symbol: id,
  name: id,
  current_price: price,
  last_updated: new Date(Date.UTC(2026, 10, 20, 10, minute)).toISOString(),
});
let runs = 0;
async function appendPage(records: object[], startedAt = new Date('2026-11-20T12:00:00Z')): Promise<void> {
  runs += 1;
  await appendRun(database.sql, {
    stream: 'coingecko.markets',
    runId: `run_${runs}`,
    startedAt,
    params: { vs_currency: 'usd' },
    pages: [JSON.stringify(records)],
  });
}
function createFollower(): Projector {
  const projector = createProjector({
    ...testFolds,
    sql: database.sql,
    holder: crypto.randomUUID(),
    log: silentLogger,
  });
  projectors.push(projector);
  return projector;
}
const caughtUp = async () => {
  const heads = await readHeads(database.sql);
  const rows = await database.sql<
    { stream: string; version: number }[]
  >`select stream, version from read.checkpoint`.catch(() => []);
  return [...heads].every(([stream, head]) =>
    rows.some((row) => row.stream === stream && row.version === head),
  );
};

describe('following the log', () => {
  it('two processes at once fold each event exactly once', async () => {
    createFollower().follow();
    createFollower().follow();
    for (let n = 0; n < 30; n += 1) await appendPage([record('a', n, n), record('b', n, 0)]);
    await waitFor('all is folded', caughtUp);
    const [totals] =
      await database.sql`select sum(records_read) as read, sum(accepted) as accepted, sum(revised) as revised from read.run`;
    expect(totals).toEqual({ read: '60', accepted: '31', revised: '29' });
    expect(await database.sql`select snapshots from read.source_coin order by source_coin_id`).toEqual([
      { snapshots: 30 },
      { snapshots: 1 },
    ]);
  });

  it('a standby takes over within seconds after the writer is killed, and no work is lost or doubled', async () => {
    const child = fork(join(import.meta.dirname, 'projector.child.ts'), {
      env: { ...process.env, APP: JSON.stringify(database.app) },
    });
    children.push(child);
    await once(child, 'message');
    await appendPage([record('a', 1, 1)]);
    await waitFor('the child folds', caughtUp);
    createFollower().follow();
    for (let n = 2; n < 12; n += 1) await appendPage([record('a', n, n)]);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await appendPage([record('a', 12, 12)]);
    const killedAt = performance.now();
    await waitFor('the standby folds', caughtUp);
    expect(performance.now() - killedAt).toBeLessThan(10_000);
    expect(await database.sql`select snapshots from read.source_coin`).toEqual([{ snapshots: 12 }]);
  });

  it('a read model made by other folds is rebuilt beside and swapped, not added to', async () => {
    await appendPage([record('a', 1, 1)]);
    await projectAll(database);
    const changed = createProjector({
      ...testFolds,
      codeDigest: 'changed',
      sql: database.sql,
      holder: 'changed',
      log: silentLogger,
    });
    projectors.push(changed);
    changed.follow();
    await waitFor('the new digest is live', async () => {
      const [row] = await database.sql<{ foldDigest: string }[]>`select fold_digest from read.read_model`;
      return row?.foldDigest === 'changed';
    });
    await appendPage([record('a', 2, 2)]);
    await waitFor('the new folds follow', caughtUp);
    await Promise.all(projectors.splice(0).map((projector) => projector.close()));
    await rebuild({ ...testFolds, sql: database.sql, holder: 'back' });
  });
});

describe('the snapshots', () => {
  it('come out the same however the events are cut into batches', async () => {
    const arbitraryRecord = fc.record({
      id: fc.constantFrom('a', 'b', 'c'),
      price: fc.integer({ min: 1, max: 4 }),
      minute: fc.integer({ min: 0, max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(arbitraryRecord, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 6 }),
        async (pages) => {
          for (const page of pages)
            await appendPage(page.map(({ id, price, minute }) => record(id, price, minute)));
          await projectAll(database);
          // One event at a time, in another schema, compared row by row.
          const { verifyReadModel } = await import('../../src/projector/verify-read-model.ts');
          const { differences } = await verifyReadModel({
            ...testFolds,
            limits: { records: 1, events: 1, payloadBytes: 1 },
            sql: database.sql,
            holder: 'small',
          });
          expect(differences).toEqual({ count: 0, first: [] });
        },
      ),
      { numRuns: 8 },
    );
  });
});

describe('a swap', () => {
  it('waits for an answer that is being read, which stays of one version to its end', async () => {
    await appendPage([record('a', 1, 1)]);
    await projectAll(database);
    const sessions = createReadSessions(database.readSql);
    const session = await sessions.open();
    let swapped = false;
    const rebuilding = rebuild({ ...testFolds, sql: database.sql, holder: 'swap' }).then(
      () => (swapped = true),
    );
    await waitFor('the rebuild is ready to swap', async () => {
      const [row] = await database.sql<
        { there: boolean }[]
      >`select to_regnamespace('read_next') is not null as there`;
      return row?.there ?? false;
    });
    await sleep(150);
    expect(swapped).toBe(false);
    expect(await session.sql`select count(*) as rows from read.snapshot`).toEqual([{ rows: 1 }]);
    await session.close();
    await rebuilding;
    const after = await sessions.run(async ({ version, sql }) => ({
      version,
      rows: await sql`select 1 from read.snapshot`,
    }));
    expect(after.version).toBe(session.version + 1);
    expect(after.rows).toHaveLength(1);
  });

  it('shows no reader an empty or a mixed read model while it happens', async () => {
    await appendPage([record('a', 1, 1), record('b', 2, 1)]);
    await projectAll(database);
    const sessions = createReadSessions(database.readSql);
    let reading = true;
    const seen = new Set<string>();
    const reader = async () => {
      while (reading)
        seen.add(
          // What is answered counts: while the version moves, reading begins again in a snapshot.
          await sessions.run(async ({ sql, version }) => {
            const [first] = await sql<{ rows: number }[]>`select count(*) as rows from read.snapshot`;
            const [second] = await sql<{ version: number }[]>`select version from read.read_model`;
            return `${first?.rows} rows, ${second?.version === version ? 'one version' : 'two versions'}`;
          }),
        );
    };
    const readers = [reader(), reader(), reader()];
    for (let n = 0; n < 5; n += 1) await rebuild({ ...testFolds, sql: database.sql, holder: 'swap' });
    reading = false;
    await Promise.all(readers);
    expect([...seen]).toEqual(['2 rows, one version']);
  });

  it('leaves a view and a grant that somebody put on public.snapshot as they were', async () => {
    await appendPage([record('a', 1, 1)]);
    await projectAll(database);
    await database.owner`create view public.own as select source_coin_id, price_usd from public.snapshot`;
    await database.owner`grant select on public.snapshot to public`;
    await rebuild({ ...testFolds, sql: database.sql, holder: 'swap' });
    await appendPage([record('b', 1, 1)]);
    await projectAll(database);
    expect(await database.owner`select source_coin_id from public.own order by 1`).toEqual([
      { source_coin_id: 'a' },
      { source_coin_id: 'b' },
    ]);
    const [grant] =
      await database.owner`select has_table_privilege('coinlog_log', 'public.snapshot', 'select') as granted`;
    expect(grant?.['granted']).toBe(true);
  });
});
