import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unit } from '../../src/sandbox/kit/random.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendRun } from '../support/events.ts';
import { decide, link, merge } from '../support/identity.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { waitFor } from '../support/wait-for.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.close());

// "make chaos" asks for many more than the suite has time for.
const kills = Math.ceil(Number(process.env['CHAOS_KILLS'] ?? 24) / 2);

const coins = 120;
let pages = 0;
/** A page of new, repeated and revised observations, and some that nobody can read. */
async function appendPage(): Promise<void> {
  pages += 1;
  const minute = Math.floor(pages / 2);
  await appendRun(database.sql, {
    stream: 'coingecko.markets',
    runId: `run_${pages}`,
    startedAt: new Date(Date.UTC(2026, 10, 20, 12, pages)),
    params: { vs_currency: 'usd' },
    pages: [
      JSON.stringify(
        Array.from({ length: coins }, (_, index) => ({
          id: index % 40 === 39 ? null : `coin-${(index + pages) % 200}`,
          symbol: `c${index}`,
          name: `Coin ${index}`,
          current_price: 1 + unit('price', index, minute + (index % 3 === 0 ? pages : 0)),
          last_updated: new Date(Date.UTC(2026, 10, 20, 10, minute)).toISOString(),
        })),
      ),
    ],
  });
  if (pages % 5 === 0)
    await decide(
      database.sql,
      link(`coingecko:coin-${pages}`, `coin-${pages}`, 'FIRST_SEEN'),
      link(`coingecko:coin-${pages + 1}`, `coin-${pages}`, 'OPERATOR'),
      merge(`coin-${pages - 5}`, `coin-${pages}`),
    );
}

const versionShown = async (): Promise<number> => {
  const [row] = await database.owner<
    { version: number }[]
  >`select coalesce(max(version), 0) as version from control.shown`;
  return row?.version ?? 0;
};

/** How far the live read model and the one beside it are folded; null once there is nothing left to do. */
async function progress(codeDigest: string): Promise<string | null> {
  const folded = async (schema: string): Promise<string> => {
    const [there] = await database.owner<
      { there: boolean }[]
    >`select to_regclass(${`${schema}.checkpoint`}) is not null as there`;
    if (!there?.there) return 'none';
    // It may go in between: renamed by a swap, or dropped.
    const rows = await database.owner<{ folded: string }[]>`
      select coalesce(sum(version), 0)::text as folded from ${database.owner(schema)}.checkpoint`.catch(
      () => [],
    );
    return rows[0]?.folded ?? 'none';
  };
  const [live, next] = [await folded('read'), await folded('read_next')];
  const [log] = await database.owner<{ events: string; digest: string | null }[]>`
    select sum(head)::text as events, (select fold_digest from control.shown where fold_digest is not null order by version desc limit 1) as digest
    from log.stream`;
  return live === log?.events && log.digest === codeDigest ? null : `${live} ${next}`;
}

/** A projector in a child, killed after so many steps of its work and a moment. */
async function followAndKill(codeDigest: string, steps: number, killAfterMs: number): Promise<void> {
  const child = fork(join(import.meta.dirname, 'projector.child.ts'), {
    env: {
      ...process.env,
      APP: JSON.stringify(database.app),
      CODE_DIGEST: codeDigest,
      // Small batches, so that a kill falls between two of them as often as into one.
      BATCH_EVENTS: '7',
    },
  });
  const exited = once(child, 'exit');
  await Promise.race([once(child, 'message'), exited]);
  await appendPage();
  for (let step = 0; step < steps; step += 1) {
    const before = await progress(codeDigest);
    if (before === null) break;
    await waitFor('the child goes on', async () => (await progress(codeDigest)) !== before);
  }
  await sleep(killAfterMs);
  child.kill('SIGKILL');
  await exited;
  expect(child.signalCode).toBe('SIGKILL');
  // Its leases would keep the next one waiting; a test has no time for that.
  await database.owner`delete from control.lease`;
}

describe('kill -9 of projectors and of rebuilds, one after the other', () => {
  it('ends in what one undisturbed fold of the log makes, and no version ever goes back', async () => {
    for (let page = 0; page < 12; page += 1) await appendPage();
    let shown = 0;
    let digest = 'test';
    for (let kill = 0; kill < kills; kill += 1) {
      // Half of them have other folds than what is live, and begin to rebuild.
      if (unit('digest', kill) < 0.5) digest = `folds ${kill}`;
      await followAndKill(digest, Math.floor(unit('steps', kill) * 25), unit('kill', kill) * 60);
      const now = await versionShown();
      expect(now).toBeGreaterThanOrEqual(shown);
      shown = now;
    }
    if (process.env['CHAOS_KILLS']) process.stderr.write(`projector: ${kills} kills, version ${shown}\n`);
    expect(shown).toBeGreaterThan(1);
    await projectAll(database);
    await expectRebuildEqualsLive(database);
    const [log] = await database.sql<{ events: number; folded: number }[]>`
        select (select sum(head)::bigint from log.stream) as events,
          (select sum(version)::bigint from read.checkpoint) as folded`;
    expect(log?.folded).toBe(log?.events);
  }, 600_000);

  it('what a killed rebuild left is cleared by the next start, though it has nothing to rebuild', async () => {
    await appendPage();
    await projectAll(database);
    await database.owner`set role coinlog_projector`;
    await database.owner`create schema read_next`;
    await database.owner`create table read_next.snapshot (id int)`;
    await database.owner`reset role`;
    await database.owner`
      insert into control.rebuild (id, kind, holder, reason, status, phase, events_done, events_total, rows, started_at, updated_at)
      values (gen_random_uuid(), 'swap', 'killed', 'test', 'running', 'folding', 1, 4, 0, now(), now())`;
    await appendPage();
    await projectAll(database);
    expect(
      await database.sql`select to_regnamespace('read_next') is null as gone,
        (select array_agg(status) from control.rebuild) as records`,
    ).toEqual([{ gone: true, records: ['failed'] }]);
    await expectRebuildEqualsLive(database);
  });
});
