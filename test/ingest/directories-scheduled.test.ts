import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startScheduler, type SchedulerDeps } from '../../src/ingest/scheduler.ts';
import { readFeedStates } from '../../src/read/feeds.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { directoryConfigured } from '../support/directory.ts';
import { createTestIngester } from '../support/ingest.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { startUpstream, type UpstreamAnswer } from '../support/upstream.ts';
import { waitFor } from '../support/wait-for.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await projectAll(database);
  await expectRebuildEqualsLive(database);
  await database.close();
});

const list: UpstreamAnswer = { body: JSON.stringify([{ id: 'a', symbol: 'a', name: 'A', platforms: {} }]) };

async function start(
  answer: (count: number) => UpstreamAnswer,
  more: Partial<SchedulerDeps> = {},
  environment: Record<string, string> = {},
) {
  const upstream = await startUpstream((_url, count) => answer(count));
  const ingester = createTestIngester(database, { retryAttempts: 1 });
  const config = directoryConfigured('coingecko.list', {
    COINGECKO_BASE_URL: upstream.url,
    INGEST_SCHEDULE_COINGECKO_LIST: '0 0 1 1 *',
    ...environment,
  });
  const scheduler = startScheduler({
    feeds: [config],
    csvPath: null,
    ingester,
    log: silentLogger,
    now: () => new Date(),
    random: () => 0,
    lastSuccessAt: async ({ feed }) =>
      (await readFeedStates(database.readSql)).get(feed.stream)?.lastSuccessAt ?? null,
    ...more,
  });
  return {
    upstream,
    async close() {
      scheduler.close();
      await Promise.all([ingester.close(), upstream.close()]);
    },
  };
}
const ended = async (type: string): Promise<boolean> =>
  (await database.sql`select 1 from log.event where type = ${type}`).length > 0;

describe('the schedule of a directory', () => {
  it('is begun at once where no run has ever succeeded, and not again at the next start', async () => {
    const first = await start(() => list);
    await waitFor('the first run', () => ended('run.completed'));
    await first.close();
    await projectAll(database);
    let asked = false;
    const second = await start(() => list, {
      lastSuccessAt: async ({ feed }) => {
        const state = (await readFeedStates(database.readSql)).get(feed.stream);
        asked = true;
        return state?.lastSuccessAt ?? null;
      },
    });
    await waitFor('the look at what succeeded', () => Promise.resolve(asked));
    await second.close();
    expect(first.upstream.requests).toEqual(['/coins/list?include_platform=true']);
    expect(second.upstream.requests).toEqual([]);
    expect((await readFeedStates(database.readSql)).get('coingecko.list')).toMatchObject({
      lastStatus: 'COMPLETED',
      coins: 1,
    });
  });

  it('makes a run that failed up within the hour, and does not wait a day', async () => {
    // An hour from the scheduler's now is a second from the clock's.
    const now = () => new Date(Date.now() - 60 * 60_000 + 1_100);
    const test = await start((count) => (count === 1 ? { status: 500, body: 'x' } : list), { now });
    await waitFor('the second run', () => ended('run.completed'));
    expect(await ended('run.failed')).toBe(true);
    await test.close();
  });

  it('may be off: then it is not even begun', () => {
    const off = directoryConfigured('coingecko.list', { INGEST_SCHEDULE_COINGECKO_LIST: 'off' });
    expect(off).toMatchObject({ enabled: false, unavailable: 'INGEST_SCHEDULE_COINGECKO_LIST is off' });
    expect(directoryConfigured('coingecko.list', { SOURCES: 'csv' })).toMatchObject({ enabled: false });
  });

  it('is its own: that of all markets, which is every few minutes, is not for lists', () => {
    const { schedule, settings } = directoryConfigured('coingecko.list', {
      INGEST_SCHEDULE: '* * * * *',
      INGEST_SCHEDULE_COINGECKO: '* * * * *',
      COINGECKO_PAGES: '8',
    });
    expect(schedule).toBe('37 3 * * *');
    expect(settings.pages).toBe(1);
  });
});
