import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resetGate } from '../../src/control/gate.ts';
import { noArchive } from '../../src/log/archive/archive.ts';
import { readHeaders } from '../../src/log/read.ts';
import { faultNames, type FaultName } from '../../src/sandbox/faults/catalogue.ts';
import { hashOf, unit } from '../../src/sandbox/kit/random.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { expectCompleteRun, expectSoundLog, runOnce } from './faulty-run.ts';
import { startFaultyUpstream } from './faulty-upstream.ts';
import { stream } from './small-pages.ts';
import { expectRecovered, ingestAndKill, killMoments } from './kill-child.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.close());

// "make chaos" takes every fault; the suite has time for a sample, the same at every run.
const everyFault = process.env['CHAOS_KILLS'] !== undefined;
const sample = faultNames.toSorted((a, b) => unit('sample', a) - unit('sample', b)).slice(0, 3);
const faults = everyFault ? faultNames : sample;
const killsOfAFault = everyFault ? 8 : 4;
// Little above what a page has: a child must come to the end of it before it is killed.
const sizes = { hugeBytes: 66_000_000, bombBytes: 66_000_000, awayMs: 30 };

interface RunOfPages {
  runId: string;
  pages: number[];
  completed: boolean;
  lastSeen: boolean;
}

async function readRuns(): Promise<RunOfPages[]> {
  const events = await readHeaders(database.sql, stream, 0, { limit: 5_000, archive: noArchive });
  return [...Map.groupBy(events, ({ runId }) => runId ?? '')].map(([runId, own]) => {
    const stored = own.filter(({ type }) => type === 'page.fetched' || type === 'page.unchanged');
    return {
      runId,
      pages: stored.map(({ metadata }) => Number(metadata['page'])),
      completed: own.at(-1)?.type === 'run.completed',
      lastSeen: stored.at(-1)?.metadata['last'] === true,
    };
  });
}

/** One child after another polls under the fault and is killed; then the upstream is well, and what is left is done. */
async function sweepUnder(fault: FaultName) {
  let clockMs = Date.now() - 24 * 3_600_000;
  let marketMs = clockMs;
  const upstream = await startFaultyUpstream(`${fault}:0.5,seed=${hashOf(fault) % 1_000}`, {
    sizes,
    // A minute a request: its own limit is not what is tried here.
    clock: () => new Date((clockMs += 60_000)),
    marketClock: () => new Date(marketMs),
  });
  const environment = {
    SOURCE: 'coingecko',
    SMALL_PAGES: '1',
    TIMEOUT_MS: '400',
    COINGECKO_BASE_URL: `${upstream.url}/coingecko/api/v3`,
    COINGECKO_PAGES: '3',
    COINGECKO_API_KEY: 'CG-first-key',
  };
  const timesGiven = () => upstream.plan.given.get(fault) ?? 0;
  let killed = 0;
  // More moments than are needed: a sweep that was spared the fault says nothing of it.
  for (const [index, moment] of killMoments(fault, 10 * killsOfAFault, 150).entries()) {
    if (index >= killsOfAFault && timesGiven() > 0) break;
    if (await ingestAndKill(database, environment, moment)) killed += 1;
    // What stopped the source would stop the next one too; prices move on.
    await resetGate(database.sql, 'coingecko');
    marketMs += 60_000;
  }
  upstream.heal();
  // Goes on with what the last child left, bad pages and all; the run after it owes nothing to the past.
  await runOnce(database, upstream.url);
  const last = await runOnce(database, upstream.url);
  return { upstream, last, killed, given: timesGiven() };
}

describe('kill -9 at any moment of a sweep, under a fault of the upstream', () => {
  it.each(faults)('%s leaves a whole log, every page once, and a next run that completes', async (fault) => {
    const { upstream, last, killed, given } = await sweepUnder(fault);
    expect(given).toBeGreaterThan(0);
    await expectCompleteRun(database, last);
    await expectSoundLog(database, upstream.sent);
    await expectRecovered(database);
    const runs = await readRuns();
    for (const { pages, completed, lastSeen } of runs) {
      expect(pages).toEqual(Array.from({ length: pages.length }, (_, index) => index + 1));
      if (completed) expect(lastSeen || pages.length === 3).toBe(true);
    }
    const done = runs.filter(({ completed }) => completed).length;
    if (everyFault)
      process.stderr.write(
        `${fault}: ${killed} killed, the fault given ${given} times, ${runs.length} runs, ${done} completed\n`,
      );
    await upstream.close();
  });
});
