import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { SandboxRoutes } from '../sources/sandbox-market.ts';
import type { Source } from '../sources/source.ts';
import type { FaultPlan } from './faults/plan.ts';
import { createMarket } from './market.ts';
import { type SandboxServer, type SandboxServerOptions, createSandboxServer } from './server.ts';

const moment = new Date('2026-03-01T00:00:00Z');
const clock = (): Date => moment;
const market = createMarket({ seed: 1, coins: 10, speed: 1, startedAt: moment, clock });

/** Answers with what it was asked. */
const echo: SandboxRoutes = {
  basePath: '/v9',
  create: () => ({
    handle: ({ path, query, headers, nowMs }) => {
      if (path === '/v9/broken') throw new Error('broken');
      const body = JSON.stringify({ path, query: [...query], key: headers['x-key'], nowMs });
      return { status: path === '/v9/limited' ? 429 : 200, headers: { 'Retry-After': '7' }, body };
    },
  }),
};

function source(name: string, sandbox: SandboxRoutes | null): Source {
  return {
    name,
    title: name,
    variables: {},
    schedule: '* * * * *',
    staleAfterMs: 1,
    settings: null,
    feed: {
      kind: 'poll',
      stream: name,
      request: () => ({ path: '/', params: {} }),
      check: () => ({ kind: 'page', records: 0, last: true }),
      fields: { required: [], optional: [], ifRequested: [], maps: [], emptyIsNull: false },
      readValues: () => [],
      toRecords: () => [],
    },
    directories: [],
    sandbox,
  };
}

const open: SandboxServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function start(options: Partial<SandboxServerOptions> = {}): Promise<string> {
  const sources = [source('echo', echo), source('files', null)];
  const server = createSandboxServer({ sources, market, clock, ...options });
  open.push(server);
  const { url } = await server.listen(0);
  return url;
}

/** Unlike fetch, shows the bytes as they were sent. */
async function raw(
  url: string,
  headers: Record<string, string>,
): Promise<{ encoding: string | undefined; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ encoding: response.headers['content-encoding'], body: Buffer.concat(chunks) }),
      );
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('the sandbox server', () => {
  it('serves a source below its name, with path, query, headers and our clock', async () => {
    const url = await start();
    const answer = await fetch(`${url}/echo/v9/a%20b?x=1&x=2`, { headers: { 'X-Key': 'k' } });
    expect(await answer.json()).toEqual({
      path: '/v9/a%20b',
      query: [
        ['x', '1'],
        ['x', '2'],
      ],
      key: 'k',
      nowMs: moment.getTime(),
    });
  });

  it('marks every answer as simulated, errors too', async () => {
    const url = await start();
    for (const path of ['/', '/echo/v9/a', '/echo/v9/limited', '/files/x', '/nowhere']) {
      const answer = await fetch(url + path);
      expect(answer.headers.get('x-coinlog-sandbox')).toBe('1');
      expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    }
  });

  it('hands on status and headers of the stand-in', async () => {
    const answer = await fetch(`${await start()}/echo/v9/limited`);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '7']);
  });

  it('lists what it serves', async () => {
    const index: unknown = await (await fetch(await start())).json();
    expect(index).toMatchObject({ sources: [{ source: 'echo', path: '/echo/v9' }] });
  });

  it('answers 404 for sources that it does not serve', async () => {
    const url = await start();
    const statuses = ['/files/v9/a', '/echo', '/echoes/v9'].map(
      async (path) => (await fetch(url + path)).status,
    );
    expect(await Promise.all(statuses)).toEqual([404, 404, 404]);
  });

  it('compresses only for those who accept it', async () => {
    const url = `${await start()}/echo/v9/a`;
    const zipped = await raw(url, { 'Accept-Encoding': 'br, gzip;q=0.5' });
    expect(zipped.encoding).toBe('gzip');
    const plain = await raw(url, { 'Accept-Encoding': 'gzip;q=0, identity' });
    expect(plain.encoding).toBeUndefined();
    expect(gunzipSync(zipped.body)).toEqual(plain.body);
  });

  it('only reads', async () => {
    const url = `${await start()}/echo/v9/a`;
    const posted = await fetch(url, { method: 'POST', body: '{}' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(0);
  });

  it('asks the plan of faults about every answer of a stand-in, and about no other', async () => {
    const seen: [string, string][] = [];
    const faults: FaultPlan = {
      given: new Map(),
      decide: ({ source, request: { path }, response }) => {
        seen.push([source, path]);
        return path === '/v9/fault'
          ? { fault: 'status-503', effect: { kind: 'answer', response: { status: 503, body: '{}' } } }
          : { fault: null, effect: { kind: 'answer', response } };
      },
    };
    const logged: object[] = [];
    const log = { debug: (fields: object) => logged.push(fields), error: () => undefined };
    const url = await start({ faults, log });
    expect((await fetch(`${url}/echo/v9/fault`)).status).toBe(503);
    expect((await fetch(`${url}/echo/v9/fine`)).status).toBe(200);
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(`${url}/nowhere`)).status).toBe(404);
    expect(seen).toEqual([
      ['echo', '/v9/fault'],
      ['echo', '/v9/fine'],
    ]);
    expect(logged).toContainEqual({ source: 'echo', path: '/v9/fault', fault: 'status-503' });
  });

  it('answers 304 to a client that has the body, and the body again once it is another one', async () => {
    const url = `${await start()}/echo/v9/a`;
    const first = await fetch(url);
    const etag = first.headers.get('etag') ?? '';
    const again = await fetch(url, { headers: { 'if-none-match': etag } });
    expect([again.status, await again.text(), again.headers.get('x-coinlog-sandbox')]).toEqual([
      304,
      '',
      '1',
    ]);
    const other = await fetch(`${url}?b=1`, { headers: { 'if-none-match': etag } });
    expect(other.status).toBe(200);
    expect(other.headers.get('etag')).not.toBe(etag);
  });

  it('survives a stand-in that throws', async () => {
    const errors: string[] = [];
    const log = { debug: () => undefined, error: (_: object, message: string) => errors.push(message) };
    const url = await start({ log });
    await expect(fetch(`${url}/echo/v9/broken`)).rejects.toThrow();
    expect((await fetch(`${url}/echo/v9/a`)).status).toBe(200);
    expect(errors).toEqual(['sandbox request failed']);
  });

  it('closes with a connection still open, and more than once', async () => {
    const server = createSandboxServer({ sources: [], market, clock });
    const { url } = await server.listen(0);
    await fetch(url);
    await server.close();
    await server.close();
    await expect(fetch(url)).rejects.toThrow();
  });

  it('says when the port is taken', async () => {
    const { port } = new URL(await start());
    const second = createSandboxServer({ sources: [], market, clock });
    open.push(second);
    await expect(second.listen(Number(port))).rejects.toThrow(/EADDRINUSE/);
  });
});
