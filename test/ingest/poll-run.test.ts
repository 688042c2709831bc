import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { append } from '../../src/log/append.ts';
import { deriveId } from '../../src/log/event-id.ts';
import { startedId } from '../../src/ingest/run-facts.ts';
import { readEvents, readHeaders, readHeads } from '../../src/log/read.ts';
import { readLogKind } from '../../src/log/log-kind.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestIngester, sourceConfigured } from '../support/ingest.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { startUpstream, type UpstreamAnswer } from '../support/upstream.ts';
import { noArchive } from '../../src/log/archive/archive.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await expectRebuildEqualsLive(database);
  await database.close();
});

const stream = 'coingecko.markets';
const coin = (id: string, price = 1) => ({
  id,
  symbol: id,
  name: id,
  current_price: price,
  last_updated: '2026-11-20T10:00:00Z',
});
const page = (first: number, count: number): string =>
  JSON.stringify(Array.from({ length: count }, (_, i) => coin(`coin-${first + i}`)));

/** One run against an upstream that answers so; what the run came to and the events it left. */
async function run(
  answer: (url: URL, count: number) => UpstreamAnswer | null,
  environment: Record<string, string> = {},
) {
  const upstream = await startUpstream(answer);
  const ingester = createTestIngester(database);
  const before = (await readHeads(database.sql)).get(stream) ?? 0;
  try {
    const source = sourceConfigured('coingecko', {
      COINGECKO_BASE_URL: upstream.url,
      COINGECKO_PAGES: '3',
      ...environment,
    });
    const outcome = await ingester.ingest(source, { reason: 'test' });
    const events = await readEvents(database.sql, stream, before, { limit: 100, archive: noArchive });
    return {
      outcome,
      events,
      types: events.map(({ type }) => type),
      requests: upstream.requests,
      headers: upstream.headers,
    };
  } finally {
    await ingester.close();
    await upstream.close();
  }
}

describe('a run', () => {
  it('appends each page as it was served, and ends at a short page', async () => {
    const bodies = [page(0, 250), page(250, 7)];
    const { outcome, events, types, requests } = await run((url) => ({
      body: bodies[Number(url.searchParams.get('page')) - 1] ?? '[]',
    }));
    expect(outcome.kind).toBe('completed');
    expect(types).toEqual(['run.started', 'page.fetched', 'page.fetched', 'run.completed']);
    expect(events.slice(1, 3).map(({ payload }) => Buffer.from(payload).toString())).toEqual(bodies);
    expect(requests).toHaveLength(2);
    expect(events[1]?.metadata).toMatchObject({
      status: 200,
      attempt: 1,
      page: 1,
      request: { plan: 'keyless', params: { vs_currency: 'usd', page: 1 } },
    });
  });

  it('tries again after 500, 429, a cut connection and an error object with status 200, and records each attempt', async () => {
    const answers: (UpstreamAnswer | null)[] = [
      { status: 500, body: 'oops' },
      { status: 200, body: '{"status":{"error_code":429,"error_message":"slow down"}}' },
      { body: page(0, 3) },
    ];
    const { outcome, types, events } = await run((_url, count) => answers[count - 1] ?? { body: '[]' });
    expect(outcome.kind).toBe('completed');
    expect(types).toEqual(['run.started', 'page.failed', 'page.failed', 'page.fetched', 'run.completed']);
    expect(events.map(({ metadata }) => metadata['class']).filter(Boolean)).toEqual([
      'server_error',
      'rate_limited',
    ]);
    expect(events[1]?.metadata).toMatchObject({ status: 500, sample: 'oops', attempt: 1 });
    expect(events.every(({ type, payloadBytes }) => type === 'page.fetched' || payloadBytes === 0)).toBe(
      true,
    );

    const cut = await run((_url, count) =>
      count === 1
        ? null
        : count === 2
          ? { status: 429, headers: { 'retry-after': '0' }, body: 'Throttled' }
          : { body: page(0, 1) },
    );
    expect(cut.types).toEqual(['run.started', 'page.failed', 'page.failed', 'page.fetched', 'run.completed']);
    expect(cut.events.map(({ metadata }) => metadata['class']).filter(Boolean)).toEqual([
      'unreachable',
      'rate_limited',
    ]);
  });

  const hopeless: [string, UpstreamAnswer][] = [
    [
      'a wrong key',
      { status: 401, body: '{"status":{"error_code":10002,"error_message":"API Key Missing"}}' },
    ],
    ['a plan that is too low', { status: 402, body: '{"error":"plan"}' }],
    [
      'a key on the wrong host',
      { status: 400, body: '{"error_code":10010,"status":{"error_message":"host"}}' },
    ],
    ['a refused request', { status: 422, body: '{"error":"Missing parameter"}' }],
  ];
  it.each(hopeless)('fails at once on %s, and says what to check', async (_what, answer) => {
    const { outcome, types, requests } = await run(() => answer);
    expect(outcome).toMatchObject({
      kind: 'failed',
      message: expect.stringMatching(/HTTP 4\d\d.*Check|HTTP 4\d\d.*check/),
    });
    expect(types).toEqual(['run.started', 'page.failed', 'run.failed']);
    expect(requests).toHaveLength(1);
  });

  it('gives up after the attempts it is allowed, with nothing stored that is not a page', async () => {
    const { outcome, types } = await run(() => ({ status: 503, body: '<html>busy</html>' }));
    expect(outcome.kind).toBe('failed');
    expect(types).toEqual(['run.started', 'page.failed', 'page.failed', 'page.failed', 'run.failed']);
  });

  it('fails on an empty first page: nothing is not success', async () => {
    const { outcome, types } = await run(() => ({ body: '[]' }));
    expect(outcome).toMatchObject({ kind: 'failed', message: expect.stringContaining('empty') });
    expect(types).toEqual(['run.started', 'page.fetched', 'run.failed']);
  });

  it('is put off with the time of the next attempt when the upstream asks for a long wait', async () => {
    const { outcome, types } = await run(() => ({
      status: 429,
      headers: { 'retry-after': '600' },
      body: 'Throttled',
    }));
    expect(outcome.kind).toBe('deferred');
    expect(types).toEqual(['run.started', 'page.failed', 'run.deferred']);
    if (outcome.kind === 'deferred')
      expect((outcome.nextAttemptAt?.getTime() ?? 0) - Date.now()).toBeGreaterThan(500_000);
  });

  it('sends a key as its kind wants and leaves it in no event', async () => {
    const key = 'CG-secret-key-1234';
    const { headers, events } = await run(() => ({ body: page(0, 1) }), {
      COINGECKO_API_KEY: key,
      COINGECKO_API_KEY_KIND: 'demo',
    });
    expect(headers[0]?.['x-cg-demo-api-key']).toBe(key);
    const [found] =
      await database.owner`select count(*)::int as rows from log.event e where e::text like ${`%${key}%`}`;
    expect(found?.['rows']).toBe(0);
    expect(events.map(({ payload }) => Buffer.from(payload).toString()).join('')).not.toContain(key);
  });

  it('has counts that add up, folded from the log', async () => {
    await projectAll(database);
    const wrong = await database.sql`
      select run_id from read.run where records_read <> accepted + revised + rejected + duplicates + skipped`;
    expect(wrong).toEqual([]);
  });
});

describe('after a crash', () => {
  const crashed = async (startedAt: Date, fetched: number) => {
    const runId = `coingecko_crash_${startedAt.getTime()}`;
    const event = (type: string, metadata: object, payload = '') => ({
      id: type === 'run.started' ? startedId(runId) : deriveId(runId, type, JSON.stringify(metadata)),
      type,
      schemaVersion: 1,
      runId,
      receivedAt: startedAt,
      metadata: { ...metadata },
      payload: Buffer.from(payload),
    });
    await append(database.sql, stream, [
      event('run.started', { params: { plan: 'keyless', currency: 'USD', pages: 3 } }),
    ]);
    for (let n = 1; n <= fetched; n += 1) {
      const request = { path: '/coins/markets', params: { vs_currency: 'usd', page: n } };
      await append(database.sql, stream, [event('page.fetched', { request, page: n }, page(n * 250, 250))]);
    }
    return runId;
  };

  it('a fresh run goes on after its last page, with the id and parameters it began with', async () => {
    const runId = await crashed(new Date(), 1);
    const { outcome, types, requests } = await run(
      (url) => ({
        body: page(
          Number(url.searchParams.get('page')) * 250,
          url.searchParams.get('page') === '3' ? 5 : 250,
        ),
      }),
      { COINGECKO_PAGES: '9' },
    );
    expect(outcome).toEqual({ kind: 'completed', runId });
    expect(types).toEqual(['page.fetched', 'page.fetched', 'run.completed']);
    expect(requests.map((path) => new URL(path, 'http://x').searchParams.get('page'))).toEqual(['2', '3']);
  });

  it('an old run is abandoned on record, and a new one starts', async () => {
    const runId = await crashed(new Date(Date.now() - 3_600_000), 1);
    const { outcome, types, events } = await run(() => ({ body: page(0, 2) }));
    expect(outcome.kind).toBe('completed');
    expect(types).toEqual(['run.abandoned', 'run.started', 'page.fetched', 'run.completed']);
    expect(events[0]?.runId).toBe(runId);
  });
});

describe('two processes', () => {
  it('never run one feed at once: the second is told that it is busy', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const upstream = await startUpstream(() => ({ body: page(0, 1) }));
    const source = sourceConfigured('coingecko', { COINGECKO_BASE_URL: upstream.url });
    const slow = createTestIngester(database, {
      fetcher: async () => {
        await held;
        return { kind: 'broken', cause: 'unreachable', reason: 'test', receivedAt: new Date(), latencyMs: 1 };
      },
      retryAttempts: 1,
    });
    const other = createTestIngester(database);
    const first = slow.ingest(source, { reason: 'test' });
    const rows = () => database.sql`select 1 from control.lease where name = 'ingest:coingecko.markets'`;
    while ((await rows()).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await other.ingest(source, { reason: 'test' })).toMatchObject({ kind: 'busy' });
    release();
    expect(await first).toMatchObject({ kind: 'failed' });
    await Promise.all([slow.close(), other.close(), upstream.close()]);
  });
});

describe('sandbox data', () => {
  it('never enters a log that holds live data: the run fails and no page is stored', async () => {
    await run(() => ({ body: page(0, 1) }));
    expect(await readLogKind(database.sql)).toBe('live');
    const { outcome, types } = await run(() => ({ headers: { 'x-coinlog-sandbox': '1' }, body: page(0, 1) }));
    expect(outcome).toMatchObject({ kind: 'failed', message: expect.stringContaining('live data') });
    expect(types).toEqual(['run.started', 'run.failed']);
  });

  it('opens an empty log as a sandbox, which then takes nothing live', async () => {
    const own = await createTestDatabase();
    const sandboxed = await startUpstream((_url, count) => ({
      headers: count === 1 ? { 'x-coinlog-sandbox': '1' } : {},
      body: page(0, 1),
    }));
    const ingester = createTestIngester(own);
    const source = sourceConfigured('coingecko', { COINGECKO_BASE_URL: sandboxed.url });
    expect((await ingester.ingest(source, { reason: 'test' })).kind).toBe('completed');
    expect(await readLogKind(own.sql)).toBe('sandbox');
    expect(await readHeaders(own.sql, 'operator', 0, { limit: 5, archive: noArchive })).toMatchObject([
      { type: 'log.opened' },
    ]);
    expect((await ingester.ingest(source, { reason: 'test' })).kind).toBe('failed');
    await Promise.all([ingester.close(), sandboxed.close()]);
    await expectRebuildEqualsLive(own);
    await own.close();
  });
});
