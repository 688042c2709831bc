import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { connect, type Sql } from '../../src/database/client.ts';
import { createTestDatabase } from '../support/database.ts';
import { createRestApp } from './support.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function poolTo(port: number): Sql {
  const sql = connect(
    { host: '127.0.0.1', port, user: 'x', database: 'x' },
    { max: 2, name: 'test', role: 'coinlog_app' },
  );
  closing.push(() => sql.end({ timeout: 0 }));
  return sql;
}

/** A server that takes connections and never says a word, and the port of one that is gone. */
async function silentPort(): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => void sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe.each([
  // The pool waits longer before each further attempt: a client must not.
  { how: 'refuses', port: closedPort, rounds: 2 },
  { how: 'never answers', port: silentPort, rounds: 1 },
])('while the database $how', ({ port, rounds }) => {
  it('health says so with 200 within the time a probe has', async () => {
    const app = createRestApp({ readSql: poolTo(await port()) });
    const started = performance.now();
    const response = await app.inject('/health');
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(response.statusCode).toBe(200);
    expect(response.json()).toMatchObject({
      status: 'unhealthy',
      database_connected: false,
      etl_last_run: null,
    });
    const detailed = await app.inject('/api/v1/health/detailed');
    expect(detailed.json()).toMatchObject({
      basic_health: { status: 'unhealthy' },
      database_stats: { raw_csv_records: null, normalized_records: null, checkpoints: null },
      etl_stats: { recent_runs_24h: 0 },
    });
  });

  it('data routes give 503 before a client gives up, again and again', async () => {
    const app = createRestApp({ readSql: poolTo(await port()) });
    const ask = async (url: string) => {
      const started = performance.now();
      const response = await app.inject(url);
      expect(performance.now() - started).toBeLessThan(4_000);
      expect(response.statusCode).toBe(503);
      expect(response.json()).toMatchObject({ code: 'DATABASE_UNREACHABLE' });
      expect(response.headers).not.toHaveProperty('etag');
    };
    for (let round = 0; round < rounds; round += 1)
      await Promise.all(['/data', '/data/summary', '/stats', '/stats/performance'].map(ask));
  });
});

describe('before anything was projected', () => {
  it('data routes say that there is no read model, and health is healthy', async () => {
    const database = await createTestDatabase();
    closing.push(() => database.close());
    const app = createRestApp(database);
    const data = await app.inject('/data');
    expect(data.statusCode).toBe(503);
    expect(data.json()).toMatchObject({ code: 'READ_MODEL_MISSING' });
    const health = await app.inject('/health');
    expect(health.json()).toMatchObject({ status: 'healthy', database_connected: true, etl_last_run: null });
  });
});
