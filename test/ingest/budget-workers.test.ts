import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { SourceConfig } from '../../src/config/config.ts';
import { createFetcher, type Fetcher } from '../../src/ingest/http.ts';
import type { IngestOutcome } from '../../src/ingest/outcome.ts';
import { readMonth } from '../../src/control/budget.ts';
import { digestSettings } from '../../src/control/key-digest.ts';
import { unit } from '../../src/sandbox/kit/random.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestIngester, sourceConfigured } from '../support/ingest.ts';
import { expectRebuildEqualsLive } from '../support/project.ts';
import { createSimulatedClock, type SimulatedClock } from '../support/simulated-clock.ts';
import { expectSoundLog, runOnce } from './faulty-run.ts';
import { startFaultyUpstream } from './faulty-upstream.ts';
import { stream, withSmallPages } from './small-pages.ts';

let database: TestDatabase;
let sent: ReadonlySet<string> = new Set();
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await expectSoundLog(database, sent);
  await expectRebuildEqualsLive(database);
  await database.close();
});

const startedAt = new Date('2026-11-20T10:00:00Z');
const minuteMs = 60_000;

/** A network on which a request and its answer each take up to a third of a second of the simulated time. */
function slowFetcher(clock: SimulatedClock, worker: string): Fetcher {
  const fetcher = createFetcher(clock.now, 'coinlog/test');
  let crossings = 0;
  const cross = () => clock.sleep(Math.round(300 * unit('network', worker, (crossings += 1))));
  return async (request) => {
    await cross();
    const attempt = await fetcher(request);
    await cross();
    return { ...attempt, receivedAt: clock.now() };
  };
}

/** Polls a source again and again until a time of the clock; what each run came to. */
async function pollUntil(
  endsAt: Date,
  clock: SimulatedClock,
  source: SourceConfig,
): Promise<IngestOutcome['kind'][]> {
  const ingester = createTestIngester(database, {
    fetcher: slowFetcher(clock, source.source.feed.stream),
    now: clock.now,
    sleep: clock.sleep,
    timeoutMs: 30_000,
  });
  const outcomes: IngestOutcome['kind'][] = [];
  while (clock.now() < endsAt) {
    outcomes.push((await ingester.ingest(source, { reason: 'test' })).kind);
    await clock.sleep(1_000);
  }
  await ingester.close();
  return outcomes;
}

const sweepPages = 20;

async function pressedSandbox(profile: string, minutes: number, streams: string[]) {
  const clock = createSimulatedClock(startedAt);
  const upstream = await startFaultyUpstream(profile, { clock: clock.now, coins: 400 });
  sent = upstream.sent;
  onTestFinished(() => upstream.close());
  const source = sourceConfigured('coingecko', {
    COINGECKO_BASE_URL: `${upstream.url}/coingecko/api/v3`,
    COINGECKO_PAGES: String(sweepPages),
    COINGECKO_API_KEY: 'CG-shared-key',
  });
  const endsAt = new Date(startedAt.getTime() + minutes * minuteMs);
  const workers = streams.map((name) => withSmallPages(source, name));
  const outcomes = await Promise.all(
    workers.map((worker) => clock.work(() => pollUntil(endsAt, clock, worker))),
  );
  return { statuses: upstream.statuses, outcomes };
}

const limitPerMinute = 30;
const tooMany = (statuses: readonly number[]) => statuses.filter((status) => status === 429).length;

describe('an upstream that enforces its limit', () => {
  it('never answers 429 to two workers that share a key in 30 minutes, and is asked nearly as often as it allows', async () => {
    const minutes = 30;
    // Two feeds of one source, so that neither waits for the other's lease.
    const { statuses, outcomes } = await pressedSandbox('silent:0', minutes, [stream, 'coingecko.again']);
    expect(tooMany(statuses)).toBe(0);
    expect(statuses.length).toBeGreaterThan(0.9 * minutes * limitPerMinute);
    expect(statuses.length).toBeLessThanOrEqual((minutes + 2) * limitPerMinute);
    for (const kinds of outcomes) {
      expect(kinds.length).toBeGreaterThan(10);
      expect(new Set(kinds)).toEqual(new Set(['completed']));
    }
  });

  it('never answers 429 to two workers at one feed: the one that finds it busy asks nothing', async () => {
    const minutes = 5;
    const { statuses, outcomes } = await pressedSandbox('silent:0', minutes, [stream, stream]);
    expect(tooMany(statuses)).toBe(0);
    expect(statuses.length).toBeGreaterThan(0.8 * minutes * limitPerMinute);
    expect(outcomes.flat()).toContain('busy');
  });

  // A redirect that was followed within one request once spent no token, though the upstream counts it.
  it('never answers 429 to a worker that it redirects to itself', async () => {
    const { statuses } = await pressedSandbox('redirect-here', 3, [stream]);
    expect(tooMany(statuses)).toBe(0);
  });
});

describe('the budget of a source', () => {
  it('is spent by retries too: every request that went out is counted', async () => {
    const upstream = await startFaultyUpstream('status-503,after=1,times=2');
    sent = upstream.sent;
    onTestFinished(() => upstream.close());
    const { classes, outcome } = await runOnce(database, upstream.url);
    expect(outcome.kind).toBe('completed');
    expect(classes).toHaveLength(2);
    const { settings } = sourceConfigured('coingecko', { COINGECKO_API_KEY: 'CG-first-key' });
    if (settings === null) throw new Error('it is polled');
    const { key: keyDigest } = await digestSettings(database.sql, settings);
    const budget = { source: 'coingecko', keyDigest, limits: settings.limits };
    expect((await readMonth(database.sql, budget, new Date())).used).toBe(upstream.requests());
  });
});
