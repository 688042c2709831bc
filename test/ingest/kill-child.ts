import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Environment } from '../../src/config/config.ts';
import { noArchive } from '../../src/log/archive/archive.ts';
import { verifyLog } from '../../src/log/verify.ts';
import { unit } from '../../src/sandbox/kit/random.ts';
import type { TestDatabase } from '../support/database.ts';
import { expectRebuildEqualsLive } from '../support/project.ts';

/** When to kill each of so many children, after they are ready: the same moments at every run. */
export const killMoments = (seed: string, count: number, longestMs: number): number[] =>
  Array.from({ length: count }, (_, index) => 3 + unit(seed, 'kill', index) * (longestMs - 3));

/** A child that ingests, killed after so many milliseconds unless it was faster. True when it was killed. */
export async function ingestAndKill(
  database: TestDatabase,
  environment: Environment,
  killAfterMs: number,
): Promise<boolean> {
  const child = fork(join(import.meta.dirname, 'ingest.child.ts'), {
    env: { ...process.env, ...environment, APP: JSON.stringify(database.app) },
  });
  const exited = once(child, 'exit');
  const brokeDown = exited.then(() => {
    throw new Error('the child ended before it was ready');
  });
  await Promise.race([once(child, 'message'), brokeDown]);
  await Promise.race([exited, sleep(killAfterMs)]);
  child.kill('SIGKILL');
  await exited;
  // Its lease and tokens would keep the next one waiting; a test has no time for that.
  await database.owner`delete from control.lease`;
  await database.owner`delete from control.budget_token`;
  return child.signalCode === 'SIGKILL';
}

/** What holds after any number of kills, once somebody has gone on: a whole log, no run without an end, no count off. */
export async function expectRecovered(database: TestDatabase): Promise<void> {
  await expectRebuildEqualsLive(database);
  expect(await verifyLog(database.sql, { archive: noArchive })).toMatchObject({ ok: true });
  expect(await database.sql`select run_id from read.run where status = 'RUNNING'`).toEqual([]);
  expect(
    await database.sql`
      select run_id from read.run where records_read <> accepted + revised + rejected + duplicates + skipped`,
  ).toEqual([]);
}
