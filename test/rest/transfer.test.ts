import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpServer } from '../../src/api/http/server.ts';
import { registerTransfer } from '../../src/api/http/transfer.ts';
import { registerRest } from '../../src/api/rest/register.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendRun } from '../support/events.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { coingeckoRun, hoursAgo, marketCoin } from './market-data.ts';
import { restDeps } from './support.ts';

let database: TestDatabase;
const apps: FastifyInstance[] = [];

/** As `serve` puts it together. */
async function createServed(corsOrigins: string[]): Promise<FastifyInstance> {
  const app = createHttpServer({
    log: silentLogger,
    metrics: createMetrics({ version: 'test', revision: 'test' }),
  });
  apps.push(app);
  await registerTransfer(app, { corsOrigins });
  registerRest(app, restDeps(database));
  return app;
}

beforeAll(async () => {
  database = await createTestDatabase();
  const coins = Array.from({ length: 100 }, (_, n) => marketCoin(`coin-${n}`, 'c', `Coin ${n}`));
  await appendRun(
    database.sql,
    coingeckoRun({ runId: 'g1', startedAt: hoursAgo(1), pages: [JSON.stringify(coins)] }),
  );
  await projectAll(database);
});
afterAll(async () => {
  for (const app of apps) await app.close();
  await expectRebuildEqualsLive(database);
  await database.close();
});

describe('compression', () => {
  it.each([
    ['gzip', gunzipSync],
    ['br', brotliDecompressSync],
  ] as const)('%s: the same answer, for who takes it', async (encoding, unpack) => {
    const app = await createServed([]);
    for (const url of ['/data', '/openapi.json', '/export/snapshots.ndjson', '/export/snapshots.csv']) {
      const plain = await app.inject(url);
      const packed = await app.inject({ url, headers: { 'accept-encoding': encoding } });
      expect(packed.headers).toMatchObject({ 'content-encoding': encoding, vary: 'accept-encoding' });
      const strip = (text: string) => text.replace(/"request_id":"[^"]*","api_latency_ms":[\d.]+/, '');
      expect(strip(unpack(packed.rawPayload).toString())).toBe(strip(plain.body));
      expect(packed.rawPayload.length).toBeLessThan(plain.rawPayload.length / 2);
      expect(packed.headers['etag']).toBe(plain.headers['etag']);
    }
  });

  it('is not for the small, nor for what has no body', async () => {
    const app = await createServed([]);
    const headers = { 'accept-encoding': 'gzip, br' };
    expect((await app.inject({ url: '/', headers })).headers).not.toHaveProperty('content-encoding');
    const { etag } = (await app.inject({ url: '/data', headers })).headers;
    const known = await app.inject({ url: '/data', headers: { ...headers, 'if-none-match': String(etag) } });
    expect(known).toMatchObject({ statusCode: 304, body: '' });
    expect(known.headers).not.toHaveProperty('content-encoding');
    const head = await app.inject({ method: 'HEAD', url: '/data', headers });
    expect(head).toMatchObject({ statusCode: 200, body: '' });
  });

  it('what comes in packed is not unpacked', async () => {
    const app = await createServed([]);
    const response = await app.inject({
      method: 'POST',
      url: '/data',
      headers: { 'content-encoding': 'gzip', 'content-type': 'application/json' },
      payload: Buffer.from([31, 139, 8]),
    });
    expect(response.statusCode).toBe(405);
  });
});

describe('pages of other origins', () => {
  const origin = 'https://app.example.org';
  const preflight = {
    method: 'OPTIONS',
    url: '/data',
    headers: {
      origin,
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'if-none-match',
    },
  } as const;

  it('may read nothing unless they are named', async () => {
    const app = await createServed([]);
    expect((await app.inject({ url: '/data', headers: { origin } })).headers).not.toHaveProperty(
      'access-control-allow-origin',
    );
    expect((await app.inject(preflight)).statusCode).toBe(405);
  });

  it('may read where they are named, errors too, with every header that we have', async () => {
    const app = await createServed([origin, 'https://other.example.org']);
    for (const url of ['/data', '/nope', '/data?page=0', '/export/snapshots.csv']) {
      const { headers } = await app.inject({ url, headers: { origin } });
      expect(headers['access-control-allow-origin']).toBe(origin);
      expect(headers['access-control-expose-headers']).toContain('ETag');
      expect(headers['vary']).toMatch(/Origin/i);
      expect(headers).not.toHaveProperty('access-control-allow-credentials');
    }
    const asked = await app.inject(preflight);
    expect(asked.statusCode).toBe(204);
    expect(asked.headers['access-control-allow-headers']).toContain('If-None-Match');
    expect(asked.headers['access-control-max-age']).toBe('600');
  });

  it('may not where only others are', async () => {
    const app = await createServed([origin]);
    for (const other of ['https://app.example.org.evil.example', 'http://app.example.org', 'null']) {
      const { headers } = await app.inject({ url: '/data', headers: { origin: other } });
      expect(headers['access-control-allow-origin']).not.toBe(other);
    }
  });

  it('an OPTIONS that is no preflight is refused as ever', async () => {
    const app = await createServed(['*']);
    expect((await app.inject({ url: '/data', headers: { origin } })).headers).toMatchObject({
      'access-control-allow-origin': '*',
    });
    const plain = await app.inject({ method: 'OPTIONS', url: '/data' });
    expect(plain.statusCode).toBe(405);
    expect(plain.headers['allow']).toBe('GET, HEAD');
  });
});
