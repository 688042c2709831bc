import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readEvents } from '../../src/log/read.ts';
import { verifyLog } from '../../src/log/verify.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestIngester, sourceConfigured } from '../support/ingest.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { startUpstream } from '../support/upstream.ts';
import { noArchive } from '../../src/log/archive/archive.ts';

let database: TestDatabase;
let folder: string;
beforeEach(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'coinlog-kill-'));
});
afterEach(async () => {
  await projectAll(database);
  await expectRebuildEqualsLive(database);
  expect((await verifyLog(database.sql, { archive: noArchive })).ok).toBe(true);
  expect(await database.sql`select run_id from read.run where status = 'RUNNING'`).toEqual([]);
  await database.close();
  await rm(folder, { recursive: true });
});

/** A child that ingests, killed after so many milliseconds unless it was faster. True when it was killed. */
async function ingestAndKill(
  source: string,
  environment: Record<string, string>,
  path: string,
  killAfterMs: number,
): Promise<boolean> {
  const child = fork(join(import.meta.dirname, 'ingest.child.ts'), {
    env: { ...process.env, ...environment, APP: JSON.stringify(database.app), SOURCE: source, FILE: path },
  });
  const exited = once(child, 'exit');
  await once(child, 'message');
  await Promise.race([exited, sleep(killAfterMs)]);
  child.kill('SIGKILL');
  await exited;
  const killed = child.signalCode === 'SIGKILL';
  // Its lease would keep the next one out until it expires; a test has no time for that.
  await database.owner`delete from control.lease`;
  await database.owner`delete from control.budget_token`;
  return killed;
}

// Seeded: the same moments at every run. "make chaos" asks for many more than the suite has time for.
const kills = Number(process.env['CHAOS_KILLS'] ?? 8);
const moments = Array.from({ length: kills }, (_, index) => 3 + ((index * 37) % 120));

describe('kill -9', () => {
  it('in the middle of polling loses no page and doubles none: the run goes on where it was', async () => {
    // Below the ten requests a minute of a client without a key.
    const pages = 9;
    const page = (n: number) =>
      JSON.stringify(
        Array.from({ length: n === pages ? 10 : 250 }, (_, i) => ({
          id: `c${n}-${i}`,
          symbol: 'c',
          name: 'c',
          current_price: i + 1,
          last_updated: '2026-11-20T10:00:00Z',
        })),
      );
    const upstream = await startUpstream((url) => ({ body: page(Number(url.searchParams.get('page'))) }));
    const environment = { COINGECKO_BASE_URL: upstream.url, COINGECKO_PAGES: String(pages) };
    const killed = [];
    for (const moment of moments) killed.push(await ingestAndKill('coingecko', environment, '', moment));
    expect(killed).toContain(true);
    const ingester = createTestIngester(database);
    await ingester.ingest(sourceConfigured('coingecko', environment), { reason: 'test' });
    await ingester.close();
    await upstream.close();
    const events = await readEvents(database.sql, 'coingecko.markets', 0, {
      limit: 1_000,
      archive: noArchive,
    });
    const runIds = [...new Set(events.map(({ runId }) => runId))];
    for (const runId of runIds) {
      const own = events.filter((event) => event.runId === runId);
      const fetched = own.filter(({ type }) => type === 'page.fetched');
      expect(fetched.map(({ payload }) => Buffer.from(payload).toString())).toEqual(
        Array.from({ length: pages }, (_, i) => page(i + 1)),
      );
      expect(own.at(-1)?.type).toBe('run.completed');
    }
    await projectAll(database);
    expect(await database.sql`select coins from read.source`).toEqual([{ coins: (pages - 1) * 250 + 10 }]);
  });

  it('in the middle of a large file leaves every row exactly once, and all its bytes in order', async () => {
    const path = join(folder, 'large.csv');
    const rows = 40_000;
    await writeFile(
      path,
      `id,symbol,name,price\n${Array.from({ length: rows }, (_, i) => `coin-${i},C${i},"Coin, ${i}",${i + 1}.5`).join('\n')}\n`,
    );
    const killed = [];
    for (const moment of moments) killed.push(await ingestAndKill('csv', {}, path, moment));
    expect(killed).toContain(true);
    const ingester = createTestIngester(database);
    const outcome = await ingester.ingest(sourceConfigured('csv'), { reason: 'test', path });
    expect(['completed', 'unchanged']).toContain(outcome.kind);
    await ingester.close();
    const chunks = (
      await readEvents(database.sql, 'csv.files', 0, { limit: 1_000, archive: noArchive })
    ).filter(({ type }) => type === 'file.chunk');
    expect(chunks.length).toBeGreaterThan(3);
    expect(Buffer.concat(chunks.map(({ payload }) => payload)).equals(await readFile(path))).toBe(true);
    await projectAll(database);
    expect(await database.sql`select coins, snapshots from read.source`).toEqual([
      { coins: rows, snapshots: rows },
    ]);
  });
});
