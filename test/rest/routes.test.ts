import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PerformanceBody } from '../../src/api/rest/shapes/performance.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendRun } from '../support/events.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { coingeckoRun, hoursAgo, marketCoin, writeGoldenData } from './market-data.ts';
import { createRestApp } from './support.ts';

let database: TestDatabase;
let app: FastifyInstance;
beforeAll(async () => {
  database = await createTestDatabase();
  await writeGoldenData(database);
  app = createRestApp(database);
});
afterAll(async () => {
  await expectRebuildEqualsLive(database);
  await database.close();
});

const paths = [
  '/data',
  '/data/summary',
  '/health',
  '/health/detailed',
  '/stats',
  '/stats/runs',
  '/stats/performance',
];
const everywhere = ['/', ...paths, ...paths.map((path) => `/api/v1${path}`)];
const tagged = ['/data?limit=2', '/data/summary', '/stats', '/stats/runs'];

describe('every route', () => {
  it.each(everywhere)('%s answers HEAD like GET, without a body', async (url) => {
    const head = await app.inject({ method: 'HEAD', url });
    expect(head).toMatchObject({ statusCode: 200, body: '' });
    expect(head.headers['content-type']).toMatch(/json/);
  });

  it.each(everywhere)('%s refuses other methods, whatever they carry, and says which it has', async (url) => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const) {
      const response = await app.inject({
        method,
        url,
        headers: { 'content-type': 'application/x-odd' },
        payload: '{',
      });
      expect(response.statusCode).toBe(405);
      expect(response.headers['allow']).toBe('GET, HEAD');
      expect(response.json()).toMatchObject({ detail: 'Method Not Allowed' });
    }
  });

  it('writes every time in UTC with a Z', async () => {
    for (const path of everywhere) {
      const times = (await app.inject(path)).body.match(/\d{4}-\d\d-\d\dT[^"]*/g) ?? [];
      for (const time of times) expect(time).toMatch(/Z$/);
    }
  });
});

describe('/stats/performance', () => {
  it('has the trend over the window, part by part, and the change against the window before', async () => {
    const { json } = await app.inject('/stats/performance?hours=6');
    const { trend, change, summary } = json<PerformanceBody>();
    expect(trend.map(({ start }) => start)).toEqual(
      [6, 5, 4, 3, 2, 1].map((hours) => hoursAgo(hours).toISOString()),
    );
    const sum = (key: 'total_runs' | 'failed_runs' | 'total_records') =>
      trend.reduce((all, part) => all + part[key], 0);
    expect(sum('total_runs')).toBe(summary.total_runs);
    expect(sum('failed_runs')).toBe(summary.failed_runs);
    expect(sum('total_records')).toBe(summary.total_records_processed);
    expect(trend.find(({ start }) => start === hoursAgo(3).toISOString())).toMatchObject({ total_runs: 2 });
    expect(change).toEqual({ total_records_percent: null, failed_runs: 1, avg_duration_percent: null });
    const week = await app.inject('/stats/performance?hours=168');
    expect(week.json<PerformanceBody>().trend).toHaveLength(28);
  });
});

describe('versions and tags', () => {
  it('labels everything read from the read model with its version', async () => {
    const [row] = await database.sql<{ version: number }[]>`select version from read.read_model`;
    for (const path of paths)
      expect((await app.inject(path)).headers['x-read-model-version']).toBe(String(row?.version));
  });

  it.each(tagged)('%s: 304 to who has it, in either spelling and among others', async (url) => {
    const first = await app.inject(url);
    const etag = String(first.headers['etag']);
    expect(etag).toMatch(/^W\/"\d+-[\w-]{16}"$/);
    for (const known of [etag, etag.slice(2), `"other", ${etag}`, '*']) {
      const again = await app.inject({ url, headers: { 'if-none-match': known } });
      expect(again).toMatchObject({ statusCode: 304, body: '' });
      expect(again.headers['etag']).toBe(etag);
    }
    expect((await app.inject({ url, headers: { 'if-none-match': 'W/"0-other"' } })).statusCode).toBe(200);
  });

  it('gives different requests different tags, and the same request under both prefixes the same', async () => {
    const tagOf = async (url: string) => (await app.inject(url)).headers['etag'];
    expect(await tagOf('/data')).toBe(await tagOf('/api/v1/data?page=1&unknown=x'));
    const tags = await Promise.all(
      [...tagged, '/data?symbol=b', '/data?coin_id=b', '/stats/runs?limit=1'].map(tagOf),
    );
    expect(new Set(tags).size).toBe(tags.length);
  });

  it.each(['/health', '/health/detailed', '/stats/performance'])(
    '%s depends on the clock and has no tag',
    async (url) => {
      const { headers } = await app.inject(url);
      expect(headers).not.toHaveProperty('etag');
      expect(headers['cache-control']).toBe('no-store');
    },
  );

  it('no tag outlives a write', async () => {
    const before = String((await app.inject('/stats/runs')).headers['etag']);
    const coin = marketCoin('late', 'lat', 'Late', { last_updated: hoursAgo(0.2).toISOString() });
    const pages = [JSON.stringify([coin])];
    await appendRun(
      database.sql,
      coingeckoRun({ runId: 'late', startedAt: hoursAgo(0.1), pages, ending: { type: 'run.deferred' } }),
    );
    await projectAll(database);
    const after = await app.inject({ url: '/stats/runs', headers: { 'if-none-match': before } });
    expect(after.statusCode).toBe(200);
    // Put off is still running, to a client that knows three states.
    expect(after.json()).toMatchObject([
      { run_id: 'late', status: 'running', end_time: null, duration_seconds: null },
      {},
      {},
      {},
      {},
      {},
    ]);
  });
});
