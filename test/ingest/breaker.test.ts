import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { resetGate } from '../../src/control/gate.ts';
import type { Environment } from '../../src/config/config.ts';
import { createTestIngester, sourceConfigured } from '../support/ingest.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { expectRebuildEqualsLive } from '../support/project.ts';
import { startUpstream, type Upstream, type UpstreamAnswer } from '../support/upstream.ts';
import { foldedRuns, runOnce } from './faulty-run.ts';

let database: TestDatabase;
let upstream: Upstream;
let answer: UpstreamAnswer | null;
beforeEach(async () => {
  database = await createTestDatabase();
  // The machine's own, which the breaker's library reads.
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-20T10:00:00Z') });
  upstream = await startUpstream(() => answer);
  onTestFinished(() => upstream.close());
});
afterEach(async () => {
  vi.useRealTimers();
  await foldedRuns(database);
  await expectRebuildEqualsLive(database);
  await database.close();
});

const minuteMs = 60_000;
const coin = {
  id: 'ant',
  symbol: 'ant',
  name: 'Ant',
  current_price: 1,
  last_updated: '2026-11-20T09:00:00Z',
};
const good: UpstreamAnswer = { body: JSON.stringify([coin]) };
const bad: UpstreamAnswer = { status: 503, body: 'busy' };

function pass(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

/** A run of an ingester made for it, as after a restart, and how many requests it came to. */
async function runOnceCounted(environment: Environment = {}) {
  const before = upstream.requests.length;
  const run = await runOnce(database, upstream.url, {
    environment: { COINGECKO_BASE_URL: upstream.url, ...environment },
    deps: { sleep: async (ms) => Promise.resolve(pass(ms)) },
  });
  return { ...run, requests: upstream.requests.length - before };
}

/** Fails until the breaker is open: five attempts in two runs. */
async function open(): Promise<Date> {
  answer = bad;
  await runOnceCounted();
  const { outcome } = await runOnceCounted();
  if (outcome.kind !== 'deferred' || outcome.nextAttemptAt === null)
    throw new Error(`the breaker is not open: ${outcome.kind}`);
  return outcome.nextAttemptAt;
}

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * minuteMs);

describe('the breaker of a source', () => {
  it('opens with the fifth failure in a row, over two runs: the attempt after it is not made', async () => {
    answer = bad;
    expect(await runOnceCounted()).toMatchObject({ outcome: { kind: 'failed' }, requests: 3 });
    const { outcome, requests, types } = await runOnceCounted();
    expect(requests).toBe(2);
    expect(types).toEqual(['run.started', 'page.failed', 'page.failed', 'run.deferred']);
    expect(outcome).toMatchObject({ kind: 'deferred', nextAttemptAt: inMinutes(1) });
    expect((await foldedRuns(database)).map(({ status }) => status)).toEqual(['FAILED', 'DEFERRED']);
  });

  it('asks nothing while it is open, and no run is begun, in a new process either', async () => {
    const until = await open();
    answer = good;
    for (const passMs of [0, 30_000, 29_999]) {
      pass(passMs);
      expect(await runOnceCounted()).toMatchObject({
        outcome: { kind: 'put_off', nextAttemptAt: until },
        requests: 0,
        types: [],
      });
    }
  });

  it('lets one request through after its time, and closes with a good answer', async () => {
    await open();
    pass(minuteMs);
    answer = good;
    expect(await runOnceCounted()).toMatchObject({ outcome: { kind: 'completed' }, requests: 1 });
    answer = bad;
    expect(await runOnceCounted()).toMatchObject({ outcome: { kind: 'failed' }, requests: 3 });
  });

  it('lets one request through after its time, and stays open twice as long with another failure', async () => {
    await open();
    for (const minutes of [2, 4, 8]) {
      pass((minutes / 2) * minuteMs);
      const { outcome, requests } = await runOnceCounted();
      expect(requests).toBe(1);
      expect(outcome).toMatchObject({ kind: 'deferred', nextAttemptAt: inMinutes(minutes) });
    }
    pass(8 * minuteMs);
    answer = good;
    expect(await runOnceCounted()).toMatchObject({ outcome: { kind: 'completed' }, requests: 1 });
  });

  it('is not opened by too many requests, however many', async () => {
    answer = { status: 429, headers: { 'retry-after': '0' }, body: 'Throttled' };
    for (let run = 0; run < 3; run += 1)
      expect(await runOnceCounted()).toMatchObject({ outcome: { kind: 'failed' }, requests: 3 });
    answer = good;
    expect(await runOnceCounted()).toMatchObject({ outcome: { kind: 'completed' }, requests: 1 });
  });

  it('is not opened by a request that is refused or an address that is wrong', async () => {
    answer = { status: 404, body: '{"error":"not found"}' };
    for (let run = 0; run < 6; run += 1)
      expect(await runOnceCounted()).toMatchObject({ outcome: { kind: 'failed' }, requests: 1 });
  });

  it('is closed by a good answer between two failures', async () => {
    for (const next of [bad, good, bad, good, bad, good]) {
      answer = next;
      expect((await runOnceCounted()).outcome.kind).toBe(next === good ? 'completed' : 'failed');
    }
  });

  it('holds for one configuration: another key is asked at once', async () => {
    await open();
    answer = good;
    expect(await runOnceCounted({ COINGECKO_API_KEY: 'CG-second-key' })).toMatchObject({
      outcome: { kind: 'completed' },
      requests: 1,
    });
  });

  it('lets one source’s trouble be its own: another source is asked while it is open', async () => {
    await open();
    answer = good;
    const ingester = createTestIngester(database);
    const source = sourceConfigured('coinpaprika', { COINPAPRIKA_BASE_URL: upstream.url });
    const outcome = await ingester.ingest(source, { reason: 'test' });
    await ingester.close();
    expect(outcome).toMatchObject({ kind: 'completed' });
  });
});

describe('a source that was stopped', () => {
  const stopped = { outcome: { kind: 'stopped' }, requests: 0, types: [] };
  async function stop(status = 401): Promise<void> {
    answer = { status, body: '{"error":"no"}' };
    expect(await runOnceCounted()).toMatchObject({ outcome: { kind: 'failed' }, requests: 1 });
    answer = good;
  }

  it('stays so over restarts and over months', async () => {
    await stop();
    for (const passMs of [0, 60 * minuteMs, 60 * 24 * 60 * minuteMs]) {
      pass(passMs);
      expect(await runOnceCounted()).toMatchObject(stopped);
    }
  });

  it('is asked again once its key is another one', async () => {
    await stop();
    const environment = { COINGECKO_API_KEY: 'CG-second-key' };
    expect(await runOnceCounted(environment)).toMatchObject({ outcome: { kind: 'completed' }, requests: 1 });
  });

  it('is asked again once its base URL is another one', async () => {
    await stop();
    const environment = { COINGECKO_BASE_URL: `${upstream.url}/elsewhere` };
    expect(await runOnceCounted(environment)).toMatchObject({ outcome: { kind: 'completed' }, requests: 1 });
  });

  it('is asked again once the kind of its key is another one', async () => {
    await stop();
    expect(await runOnceCounted({ COINGECKO_API_KEY_KIND: 'pro' })).toMatchObject({
      outcome: { kind: 'completed' },
      requests: 1,
    });
  });

  it('is asked again after a reset', async () => {
    await stop();
    await resetGate(database.sql, 'coingecko');
    expect(await runOnceCounted()).toMatchObject({ outcome: { kind: 'completed' }, requests: 1 });
  });

  it('for a month that is used up is asked again in the next one, not before', async () => {
    await stop(402);
    pass(10 * 24 * 60 * minuteMs);
    expect(await runOnceCounted()).toMatchObject(stopped);
    pass(4 * 60 * minuteMs);
    expect(new Date()).toEqual(new Date('2026-11-30T14:00:00Z'));
    expect(await runOnceCounted()).toMatchObject(stopped);
    pass(10 * 60 * minuteMs);
    expect(await runOnceCounted()).toMatchObject({ outcome: { kind: 'completed' }, requests: 1 });
  });

  it('begins no run while it is stopped, and leaves none running', async () => {
    await stop();
    await runOnceCounted();
    expect((await foldedRuns(database)).map(({ status }) => status)).toEqual(['FAILED']);
  });
});
