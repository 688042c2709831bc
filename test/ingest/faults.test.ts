import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { FaultSizes } from '../../src/sandbox/faults/fault.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { expectRebuildEqualsLive } from '../support/project.ts';
import { expectCompleteRun, expectSoundLog, foldedRuns, runOnce } from './faulty-run.ts';
import { startFaultyUpstream } from './faulty-upstream.ts';
import { coins, pages } from './small-pages.ts';

let database: TestDatabase;
let sent: ReadonlySet<string>;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await expectSoundLog(database, sent);
  await expectRebuildEqualsLive(database);
  await database.close();
});

async function upstreamUnder(profile: string, sizes: Partial<FaultSizes> = {}) {
  const upstream = await startFaultyUpstream(profile, { sizes });
  sent = upstream.sent;
  onTestFinished(() => upstream.close());
  return upstream;
}

const attempts = 3;
const repeated = (failure: string, times = attempts) => Array.from({ length: times }, () => failure);

describe('an upstream in trouble for a while', () => {
  const faults: [string, string][] = [
    ['rate-limited', 'rate_limited'],
    ['rate-limited-now', 'rate_limited'],
    ['rate-limited-past-date', 'rate_limited'],
    ['rate-limited-garbage', 'rate_limited'],
    ['status-500', 'server_error'],
    ['status-502', 'server_error'],
    ['status-503', 'server_error'],
    ['status-504', 'server_error'],
    ['reset-before-headers', 'unreachable'],
    ['reset-mid-body', 'unreachable'],
    ['error-object-200', 'rate_limited'],
    ['html-200', 'html'],
    ['plain-text-200', 'rate_limited'],
    ['cut-short', 'cut_short'],
  ];
  // Page 1 comes, page 2 fails three times; the next run gets its first page with the second attempt.
  it.each(faults)(
    '%s is %s: one run fails on record, the next one gets by, the one after it is complete',
    async (fault, failure) => {
      const { url, plan } = await upstreamUnder(`${fault},after=1,times=${attempts + 1}`);
      const first = await runOnce(database, url);
      expect(first.outcome).toMatchObject({ kind: 'failed' });
      expect(first.classes).toEqual(repeated(failure));
      expect(first.types).toEqual(['run.started', 'page.fetched', ...repeated('page.failed'), 'run.failed']);
      const second = await runOnce(database, url);
      expect(second.outcome).toMatchObject({ kind: 'completed' });
      expect(second.classes).toEqual([failure]);
      await expectCompleteRun(database, await runOnce(database, url));
      expect((await foldedRuns(database)).map(({ status, errorCode }) => [status, errorCode])).toEqual([
        ['FAILED', failure.toUpperCase()],
        ['COMPLETED', null],
        ['COMPLETED', null],
      ]);
      expect(plan.given.values().toArray()).toEqual([attempts + 1]);
    },
  );

  // Every answer of the first run is a silence, so that no good one can miss the short time limit.
  it.each(['silent', 'stalled-body'])(
    '%s is timeout, after the time limit of each attempt',
    async (fault) => {
      const { url } = await upstreamUnder(`${fault},times=${attempts}`);
      const { outcome, classes, types } = await runOnce(database, url, { deps: { timeoutMs: 150 } });
      expect(outcome).toMatchObject({ kind: 'failed' });
      expect(classes).toEqual(repeated('timeout'));
      expect(types).toEqual(['run.started', ...repeated('page.failed'), 'run.failed']);
      await expectCompleteRun(database, await runOnce(database, url));
    },
  );

  it('refused is unreachable: connections are cut and refused until it is back', async () => {
    const { url, requests } = await upstreamUnder('refused,after=1,times=1', { awayMs: 1_500 });
    const { outcome, classes } = await runOnce(database, url);
    expect(outcome).toMatchObject({ kind: 'failed' });
    expect(classes).toEqual(repeated('unreachable'));
    expect(requests()).toBe(2);
    await waitUntilBack(url);
    await expectCompleteRun(database, await runOnce(database, url));
  });

  it('rate-limited-120 puts the run off; before its time nobody asks, after it the run is complete', async () => {
    const { url, requests } = await upstreamUnder('rate-limited-120,after=1,times=1');
    const { outcome, classes, types } = await runOnce(database, url);
    expect(classes).toEqual(['rate_limited']);
    expect(types).toEqual(['run.started', 'page.fetched', 'page.failed', 'run.deferred']);
    if (outcome.kind !== 'deferred') throw new Error(`it ${outcome.kind}`);
    const at = outcome.nextAttemptAt ?? new Date(0);
    expect(at.getTime() - Date.now()).toBeGreaterThan(100_000);
    const asked = requests();
    expect((await runOnce(database, url)).outcome).toMatchObject({ kind: 'put_off', nextAttemptAt: at });
    expect(requests()).toBe(asked);
    expect((await foldedRuns(database))[0]).toMatchObject({ status: 'DEFERRED', nextAttemptAt: at });
    const now = () => new Date(Date.now() + 121_000);
    await expectCompleteRun(database, await runOnce(database, url, { deps: { now } }));
  });
});

async function waitUntilBack(url: string): Promise<void> {
  await expect
    .poll(
      () =>
        fetch(url).then(
          ({ status }) => status,
          () => null,
        ),
      { timeout: 20_000 },
    )
    .toBe(200);
}

describe('an upstream that cannot be asked at all', () => {
  const nowhere: [string, string][] = [
    ['a closed port', 'http://127.0.0.1:1'],
    ['a name that does not resolve', 'http://upstream.invalid'],
  ];
  it.each(nowhere)('%s is unreachable', async (_what, address) => {
    const { url } = await upstreamUnder('silent:0');
    const { outcome, classes, types } = await runOnce(database, address);
    expect(outcome).toMatchObject({ kind: 'failed', message: expect.stringContaining('base URL') });
    expect(classes).toEqual(repeated('unreachable'));
    expect(types).toEqual(['run.started', ...repeated('page.failed'), 'run.failed']);
    await expectCompleteRun(database, await runOnce(database, url));
  });
});

describe('an upstream that refuses what we are configured to be', () => {
  const faults: [string, string][] = [
    ['status-401', 'unauthorized'],
    ['status-402', 'payment_required'],
    ['status-403', 'forbidden'],
    ['wrong-host', 'wrong_host'],
    ['firewall', 'forbidden'],
  ];
  it.each(faults)(
    '%s is %s: asked once, then not again until the key is another one',
    async (fault, failure) => {
      const { url, requests } = await upstreamUnder(`${fault},after=1,times=1`);
      const { outcome, classes, types, failed } = await runOnce(database, url);
      expect(outcome).toMatchObject({ kind: 'failed', message: expect.stringMatching(/check/i) });
      expect(classes).toEqual([failure]);
      expect(failed[0]?.metadata['sample']).not.toBe('');
      expect(types).toEqual(['run.started', 'page.fetched', 'page.failed', 'run.failed']);
      expect((await runOnce(database, url)).outcome).toMatchObject({ kind: 'stopped' });
      expect(requests()).toBe(2);
      const environment = { COINGECKO_API_KEY: 'CG-second-key' };
      await expectCompleteRun(database, await runOnce(database, url, { environment }));
      expect((await foldedRuns(database)).map(({ status }) => status)).toEqual(['FAILED', 'COMPLETED']);
    },
  );
});

describe('an upstream that redirects', () => {
  it('elsewhere is redirected: the key goes to no other host, and the run fails at once', async () => {
    const { url } = await upstreamUnder('redirect-elsewhere,after=1,times=1');
    const { outcome, classes } = await runOnce(database, url);
    expect(outcome).toMatchObject({ kind: 'failed', message: expect.stringContaining('elsewhere.invalid') });
    expect(classes).toEqual(['redirected']);
    await expectCompleteRun(database, await runOnce(database, url));
  });

  it('to itself is followed, and the run is complete', async () => {
    const { url, plan } = await upstreamUnder('redirect-here');
    await expectCompleteRun(database, await runOnce(database, url));
    expect(plan.given.get('redirect-here')).toBe(pages);
    expect((await foldedRuns(database))[0]).toMatchObject({ accepted: coins, pages });
  });
});
