import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pauseSource, resetSource, resumeSource } from '../../src/control/source-decisions.ts';
import { startScheduler } from '../../src/ingest/scheduler.ts';
import { runFact } from '../../src/ingest/run-facts.ts';
import { append } from '../../src/log/append.ts';
import { readHeaders } from '../../src/log/read.ts';
import { noArchive } from '../../src/log/archive/archive.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestIngester, sourceConfigured } from '../support/ingest.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { startUpstream } from '../support/upstream.ts';
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

const by = { actor: 'test', reason: 'maintenance upstream' };
const page = (first: number, count: number): string =>
  JSON.stringify(
    Array.from({ length: count }, (_, i) => ({
      id: `coin-${first + i}`,
      symbol: 'c',
      name: 'c',
      current_price: 1,
      market_cap_rank: first + i + 1,
      last_updated: '2026-11-20T10:00:00Z',
    })),
  );
const types = async () =>
  (await readHeaders(database.sql, 'coingecko.markets', 0, { limit: 100, archive: noArchive })).map(
    ({ type }) => type,
  );

describe('a paused source', () => {
  it('is not asked by anybody until it is resumed, and who paused it and why is on record', async () => {
    const upstream = await startUpstream(() => ({ body: page(0, 1) }));
    const ingester = createTestIngester(database);
    const source = sourceConfigured('coingecko', { COINGECKO_BASE_URL: upstream.url });
    await pauseSource(database.sql, 'coingecko', by, new Date());
    expect(await ingester.ingest(source, { reason: 'test' })).toMatchObject({
      kind: 'paused',
      message: expect.stringContaining('maintenance upstream'),
    });
    expect(upstream.requests).toEqual([]);
    await resumeSource(database.sql, 'coingecko', { actor: 'test', reason: 'over' }, new Date());
    expect((await ingester.ingest(source, { reason: 'test' })).kind).toBe('completed');
    const decisions = await readHeaders(database.sql, 'operator', 0, { limit: 10, archive: noArchive });
    expect(decisions.filter(({ type }) => type.startsWith('source.')).map((event) => event.metadata)).toEqual(
      [
        { source: 'coingecko', ...by },
        { source: 'coingecko', actor: 'test', reason: 'over' },
      ],
    );
    await Promise.all([ingester.close(), upstream.close()]);
  });

  it('ends a run under way at its next page, put off', async () => {
    const upstream = await startUpstream((url) => {
      void pauseSource(database.sql, 'coingecko', by, new Date());
      return { body: page(Number(url.searchParams.get('page')) * 250, 250) };
    });
    const paused = async () =>
      (await database.sql`select 1 from log.event where type = 'source.paused'`).length > 0;
    const ingester = createTestIngester(database, {
      fetcher: async (request) => {
        const answer = await fetch(request.url);
        await waitFor('the pause', paused);
        return {
          kind: 'answered',
          status: answer.status,
          headers: answer.headers,
          body: new Uint8Array(await answer.arrayBuffer()),
          receivedAt: new Date(),
          latencyMs: 1,
        };
      },
    });
    const source = sourceConfigured('coingecko', {
      COINGECKO_BASE_URL: upstream.url,
      COINGECKO_PAGES: '5',
    });
    expect(await ingester.ingest(source, { reason: 'test' })).toMatchObject({
      kind: 'deferred',
      nextAttemptAt: null,
    });
    expect(await types()).toEqual(['run.started', 'page.fetched', 'run.deferred']);
    await Promise.all([ingester.close(), upstream.close()]);
  });
});

describe('a reset', () => {
  it('lets a source that refused its configuration be asked again, and is on record', async () => {
    let refuse = true;
    const upstream = await startUpstream(() =>
      refuse ? { status: 401, body: '{"error":"no"}' } : { body: page(0, 1) },
    );
    const ingester = createTestIngester(database);
    const source = sourceConfigured('coingecko', { COINGECKO_BASE_URL: upstream.url });
    expect((await ingester.ingest(source, { reason: 'test' })).kind).toBe('failed');
    expect((await ingester.ingest(source, { reason: 'test' })).kind).toBe('stopped');
    expect(upstream.requests).toHaveLength(1);
    refuse = false;
    await resetSource(database.sql, 'coingecko', by, new Date());
    expect((await ingester.ingest(source, { reason: 'test' })).kind).toBe('completed');
    expect(await database.sql`select metadata from log.event where type = 'source.reset'`).toEqual([
      { metadata: { source: 'coingecko', ...by } },
    ]);
    await Promise.all([ingester.close(), upstream.close()]);
  });
});

describe('the scheduler', () => {
  const start = (upstreamUrl: string, more: Partial<Parameters<typeof startScheduler>[0]> = {}) => {
    const ingester = createTestIngester(database);
    const source = sourceConfigured('coingecko', {
      COINGECKO_BASE_URL: upstreamUrl,
      INGEST_SCHEDULE: '0 0 1 1 *',
    });
    const scheduler = startScheduler({
      feeds: [source],
      csvPath: null,
      ingester,
      log: silentLogger,
      now: () => new Date(),
      random: () => 0,
      lastSuccessAt: () => Promise.resolve(null),
      ...more,
    });
    return {
      async close() {
        scheduler.close();
        await ingester.close();
      },
    };
  };
  const ended = async (type: string, count = 1) =>
    (await types()).filter((found) => found === type).length >= count;

  it('catches a missed tick up, once', async () => {
    const upstream = await startUpstream(() => ({ body: page(0, 1) }));
    const scheduler = start(upstream.url);
    await waitFor('the missed run', () => ended('run.completed'));
    await scheduler.close();
    expect(upstream.requests).toHaveLength(1);
    await upstream.close();
  });

  it('makes a run that was put off up at its time, before the next tick', async () => {
    // A wait that is longer than a run waits itself; the clock of the ingester stands still, that of the scheduler not.
    const upstream = await startUpstream((_url, count) =>
      count === 1
        ? { status: 429, headers: { 'retry-after': '91' }, body: 'Throttled' }
        : { body: page(0, 1) },
    );
    const ingester = createTestIngester(database);
    const outcomes: string[] = [];
    const source = sourceConfigured('coingecko', {
      COINGECKO_BASE_URL: upstream.url,
      INGEST_SCHEDULE: '0 0 1 1 *',
    });
    const scheduler = startScheduler({
      feeds: [source],
      csvPath: null,
      ingester: {
        ...ingester,
        async ingest(which, options) {
          const outcome = await ingester.ingest(which, options);
          outcomes.push(outcome.kind);
          if (outcome.kind !== 'deferred') return outcome;
          // The time is brought forward, in the database as well.
          await database.owner`update control.breaker set not_before = now()`;
          return { ...outcome, nextAttemptAt: new Date(Date.now() + 1_100) };
        },
      },
      log: silentLogger,
      now: () => new Date(),
      random: () => 0,
      lastSuccessAt: () => Promise.resolve(null),
    });
    await waitFor('the run made up for', () => ended('run.completed'));
    expect(outcomes).toEqual(['deferred', 'completed']);
    scheduler.close();
    await Promise.all([ingester.close(), upstream.close()]);
  });

  it('gives what a crash left of a source that is no longer asked its end', async () => {
    const started = runFact({
      runId: 'left',
      type: 'run.started',
      identity: [0],
      receivedAt: new Date(),
      metadata: {},
    });
    await append(database.sql, 'coinpaprika.tickers', [started]);
    const scheduler = start('http://127.0.0.1:9', {
      feeds: [sourceConfigured('coinpaprika', { SOURCES: 'csv' })],
    });
    await waitFor(
      'the old run',
      async () => (await database.sql`select 1 from log.event where type = 'run.abandoned'`).length === 1,
    );
    await scheduler.close();
  });
});

describe('a sweep by rank', () => {
  it('counts a coin that slipped to the next page once, and tells which ranks it did not see', async () => {
    // Between the two requests one coin slipped to page 2 and another one to page 1: one comes twice, one not at all.
    const pages = [
      page(0, 250),
      `[${page(249, 1).slice(1, -1)},${page(251, 249).slice(1, -1)}]`,
      page(500, 3),
    ];
    const upstream = await startUpstream((url) => ({
      body: pages[Number(url.searchParams.get('page')) - 1] ?? '[]',
    }));
    const ingester = createTestIngester(database);
    const source = sourceConfigured('coingecko', {
      COINGECKO_BASE_URL: upstream.url,
      COINGECKO_PAGES: '3',
    });
    await ingester.ingest(source, { reason: 'test' });
    await Promise.all([ingester.close(), upstream.close()]);
    await projectAll(database);
    const [run] = await database.sql`select * from read.run`;
    expect(run).toMatchObject({
      status: 'COMPLETED',
      recordsRead: 503,
      accepted: 502,
      duplicates: 1,
      rankGaps: '251',
    });
    expect(await database.sql`select coins, snapshots from read.source`).toEqual([
      { coins: 502, snapshots: 502 },
    ]);
  });

  it('over all coins asks in the order of ids, which do not shift', async () => {
    const upstream = await startUpstream((url) => ({
      body: url.searchParams.get('page') === '1' ? page(0, 250) : page(250, 5),
    }));
    const ingester = createTestIngester(database);
    const source = sourceConfigured('coingecko', {
      COINGECKO_BASE_URL: upstream.url,
      COINGECKO_PAGES: 'all',
    });
    expect((await ingester.ingest(source, { reason: 'test' })).kind).toBe('completed');
    expect(upstream.requests.every((path) => path.includes('order=id_asc'))).toBe(true);
    expect(upstream.requests).toHaveLength(2);
    await Promise.all([ingester.close(), upstream.close()]);
  });
});
