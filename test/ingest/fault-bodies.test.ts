import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { FaultSizes } from '../../src/sandbox/faults/fault.ts';
import { maxPayloadBytes } from '../../src/log/event.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { expectRebuildEqualsLive } from '../support/project.ts';
import { startUpstream } from '../support/upstream.ts';
import { expectCompleteRun, expectSoundLog, foldedRuns, runOnce } from './faulty-run.ts';
import { startFaultyUpstream } from './faulty-upstream.ts';
import { coins, pages, perPage } from './small-pages.ts';

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

/** The one run there is, folded. */
const firstRun = async () => (await foldedRuns(database))[0];
const completeTypes = [
  'run.started',
  ...Array.from({ length: pages }, () => 'page.fetched'),
  'run.completed',
];

describe('pages that are good by themselves and wrong beside the others', () => {
  it('empty-first-page fails the run, with the empty list on record: nothing is not success', async () => {
    const { url } = await upstreamUnder('empty-first-page,times=1');
    const { outcome, types } = await runOnce(database, url);
    expect(outcome).toMatchObject({ kind: 'failed', message: expect.stringContaining('empty') });
    expect(types).toEqual(['run.started', 'page.fetched', 'run.failed']);
    expect(await firstRun()).toMatchObject({ status: 'FAILED', errorCode: 'EMPTY_ANSWER', recordsRead: 0 });
    await expectCompleteRun(database, await runOnce(database, url));
  });

  it('repeated-body: a page that says what the page before said adds nothing, and the gap is on record', async () => {
    const { url } = await upstreamUnder('repeated-body,after=1,times=1');
    expect((await runOnce(database, url)).types).toEqual(completeTypes);
    expect(await firstRun()).toMatchObject({
      status: 'COMPLETED',
      recordsRead: coins,
      accepted: coins - perPage,
      duplicates: perPage,
      rankGaps: `${perPage + 1}-${2 * perPage}`,
    });
    await expectCompleteRun(database, await runOnce(database, url));
  });

  it('coin-on-two-pages: a coin that comes twice is counted once', async () => {
    const { url } = await upstreamUnder('coin-on-two-pages,after=1,times=1');
    const { types, events } = await runOnce(database, url);
    expect(types).toEqual(completeTypes);
    expect(events.at(-1)?.metadata).toMatchObject({ sweep: { coins, repeated: 1, rank_gaps: '' } });
    expect(await firstRun()).toMatchObject({
      status: 'COMPLETED',
      recordsRead: coins + 1,
      accepted: coins,
      duplicates: 1,
      rankGaps: null,
    });
    await expectCompleteRun(database, await runOnce(database, url));
  });

  it('shifting-pages: no coin is counted twice, and the rank that no page had is on record', async () => {
    const { url } = await upstreamUnder('shifting-pages,after=1,times=1');
    const { types, events } = await runOnce(database, url);
    expect(types).toEqual(completeTypes);
    const gap = String(perPage + 1);
    expect(events.at(-1)?.metadata).toMatchObject({
      sweep: { coins: coins - 1, repeated: 1, rank_gaps: gap },
    });
    expect(await firstRun()).toMatchObject({
      status: 'COMPLETED',
      accepted: coins - 1,
      duplicates: 1,
      rankGaps: gap,
    });
    await expectCompleteRun(database, await runOnce(database, url));
  });
});

describe('entries that are not what they were', () => {
  it('unknown-field: the coins are taken, the unknown field stays in the stored bytes', async () => {
    const { url } = await upstreamUnder('unknown-field,after=1,times=1');
    const { types, events } = await runOnce(database, url);
    expect(types).toEqual(completeTypes);
    expect(Buffer.from(events[2]?.payload ?? '').toString()).toContain('"unheard_of":1');
    expect(await firstRun()).toMatchObject({ status: 'COMPLETED', accepted: coins, rejected: 0 });
    await expectCompleteRun(database, await runOnce(database, url));
  });

  it('lost-field: a coin without its price is a coin with an unknown price, until the price is back', async () => {
    const { url } = await upstreamUnder('lost-field,after=1,times=1');
    expect((await runOnce(database, url)).types).toEqual(completeTypes);
    expect(await firstRun()).toMatchObject({ status: 'COMPLETED', accepted: coins, rejected: 0 });
    const unpriced = () => database.sql`select 1 from read.quote where price is null`;
    expect((await unpriced()).length).toBeGreaterThanOrEqual(perPage);
    await expectCompleteRun(database, await runOnce(database, url));
    expect((await unpriced()).length).toBeLessThan(perPage);
  });

  it('changed-type: a price that is text is kept aside with its reason, and a run with too many of them fails', async () => {
    const { url } = await upstreamUnder('changed-type,after=1,times=1');
    expect((await runOnce(database, url)).types).toEqual(completeTypes);
    const run = await firstRun();
    expect(run).toMatchObject({ status: 'FAILED', errorCode: 'REJECT_LIMIT', recordsRead: coins });
    const kept = await database.sql<
      { issues: { path: string }[] }[]
    >`select issues from read.rejected_record`;
    expect(kept).toHaveLength(run?.rejected ?? 0);
    expect(kept.every(({ issues }) => issues.some(({ path }) => path.includes('price')))).toBe(true);
    await expectCompleteRun(database, await runOnce(database, url));
  });

  it('nul-in-string: a NUL in a name stays in the log and never reaches a column', async () => {
    const { url } = await upstreamUnder('nul-in-string,times=1');
    const { types, events } = await runOnce(database, url);
    expect(types).toEqual(completeTypes);
    expect(Buffer.from(events[1]?.payload ?? '').toString()).toContain(String.raw`\u0000`);
    expect(await firstRun()).toMatchObject({ status: 'COMPLETED', accepted: coins });
    await expectCompleteRun(database, await runOnce(database, url));
  });

  it('extreme-numbers: 1e-18 and 1e30 are kept to the last digit', async () => {
    const { url } = await upstreamUnder('extreme-numbers,times=1');
    expect((await runOnce(database, url)).types).toEqual(completeTypes);
    expect(await firstRun()).toMatchObject({ status: 'COMPLETED', accepted: coins });
    const found = await database.sql`
      select price from read.quote where price = 1e-18 or price = 1e30 order by price`;
    expect(found).toEqual([{ price: `0.${'0'.repeat(17)}1` }, { price: `1${'0'.repeat(30)}` }]);
    await expectCompleteRun(database, await runOnce(database, url));
  });

  it('clock-jump: a time that is years ahead is not believed, and no value is of the future', async () => {
    const { url } = await upstreamUnder('clock-jump,times=1');
    expect((await runOnce(database, url)).types).toEqual(completeTypes);
    expect(await firstRun()).toMatchObject({ status: 'COMPLETED', accepted: coins });
    const ahead = () => database.sql`
      select 1 from read.snapshot where observed_at > clock_timestamp() + interval '1 minute'`;
    expect(await ahead()).toEqual([]);
    const [jumped] = await database.sql`
      select count(*) as coins from read.quote where observed_at_basis = 'received'`;
    expect(jumped?.['coins']).toBeGreaterThanOrEqual(perPage);
    await expectCompleteRun(database, await runOnce(database, url));
    expect(await ahead()).toEqual([]);
  });
});

// Far more than any page may have, and than this process may grow by.
const bodyBytes = 6 * maxPayloadBytes;
const growthMaxBytes = 300_000_000;

/** How much the highest use of memory so far grew while something was done. */
async function peakGrowthBytes(work: () => Promise<unknown>): Promise<number> {
  const peakBytes = () => process.resourceUsage().maxRSS * 1024;
  const before = Math.max(peakBytes(), process.memoryUsage.rss());
  await work();
  return peakBytes() - before;
}

describe('bodies without measure', () => {
  it.each(['huge-body', 'gzip-bomb'])(
    '%s is too_large: given up at the limit of a page, never in memory whole, never tried again',
    async (fault) => {
      const { url, requests } = await upstreamUnder(`${fault},after=1,times=1`, {
        hugeBytes: bodyBytes,
        bombBytes: bodyBytes,
      });
      const growth = await peakGrowthBytes(async () => {
        const { outcome, classes, types } = await runOnce(database, url, { deps: { timeoutMs: 60_000 } });
        expect(outcome).toMatchObject({ kind: 'failed' });
        expect(classes).toEqual(['too_large']);
        expect(types).toEqual(['run.started', 'page.fetched', 'page.failed', 'run.failed']);
      });
      expect(growth).toBeLessThan(growthMaxBytes);
      expect(requests()).toBe(2);
      await expectCompleteRun(database, await runOnce(database, url));
    },
  );

  it('a bomb that says its packed length is given up long before the limit of a page', async () => {
    sent = new Set();
    const bomb = gzipSync(Buffer.alloc(bodyBytes / 8, '[1,'));
    const upstream = await startUpstream(() => ({
      headers: { 'content-encoding': 'gzip', 'content-length': String(bomb.byteLength) },
      body: bomb,
    }));
    onTestFinished(() => upstream.close());
    const { classes, failed } = await runOnce(database, upstream.url);
    expect(classes).toEqual(['too_large']);
    expect(failed[0]?.metadata['reason']).toMatch(/unpack to more than/);
    expect(upstream.requests).toHaveLength(1);
  });
});
