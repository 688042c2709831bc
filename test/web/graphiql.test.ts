import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { registerGraphiql } from '../../src/api/http/graphiql.ts';
import { buildGraphiql } from './build.ts';

const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';

/** A server whose GraphQL handler only ever says that it was reached. */
function createApp(folder: string): FastifyInstance {
  const app = Fastify();
  const graphiql = registerGraphiql(app, folder);
  const handler = (request: FastifyRequest, reply: FastifyReply) =>
    graphiql.wantsPage(request) ? graphiql.sendPage(reply) : reply.send({ data: 'reached' });
  app.route({ url: '/graphql', method: ['GET', 'POST'], handler });
  return app;
}

let built: Awaited<ReturnType<typeof buildGraphiql>>;
let app: FastifyInstance;
beforeAll(async () => {
  built = await buildGraphiql();
  app = createApp(built.folder);
});
afterAll(async () => {
  await app.close();
  await built.remove();
});

const open = (url = '/graphql', accept = browser) => app.inject({ url, headers: { accept } });

describe('who gets the page', () => {
  test('a browser that opens /graphql', async () => {
    const answer = await open();
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.headers.vary).toContain('Accept');
    expect(answer.headers['cache-control']).toBe('no-cache');
  });

  test.each([
    ['any client without an Accept that names HTML', '/graphql', '*/*'],
    ['a client that names nothing', '/graphql', ''],
    ['a client that asks for JSON', '/graphql', 'application/graphql-response+json, application/json;q=0.9'],
    ['a client to which JSON is as good as HTML', '/graphql', 'text/html, application/json'],
    ['a client to which HTML is a last resort', '/graphql', 'text/html;q=0.1, */*'],
    ['a client that refuses HTML', '/graphql', 'text/html;q=0'],
    ['a browser that follows a link with a query', '/graphql?query=%7Bhealth%7Bstatus%7D%7D', browser],
    ['a browser that sends a persisted query', '/graphql?extensions=%7B%7D', browser],
  ])('not %s', async (_who, url, accept) => {
    expect((await open(url, accept)).json()).toEqual({ data: 'reached' });
  });

  test('not a POST, whatever it accepts', async () => {
    const answer = await app.inject({
      url: '/graphql',
      method: 'POST',
      headers: { accept: browser },
      payload: {},
    });
    expect(answer.json()).toEqual({ data: 'reached' });
  });
});

describe('the page is local', () => {
  test('its policy allows this server only, and no script in the page', async () => {
    const policy = String((await open()).headers['content-security-policy']);
    const directives = new Map(
      policy.split('; ').map((line) => [line.split(' ')[0], line.split(' ').slice(1)]),
    );
    expect(directives.get('default-src')).toEqual(["'none'"]);
    expect(directives.get('script-src')).toEqual(["'self'"]);
    expect(directives.get('connect-src')).toEqual(["'self'"]);
    expect(directives.get('frame-ancestors')).toEqual(["'none'"]);
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval/);
  });

  test('every file that the page names exists, and none is of another server', async () => {
    const html = (await open()).body;
    const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    const files = links.filter((link) => !link.startsWith('data:'));
    expect(files).toHaveLength(2);
    for (const file of files) {
      expect(file).toMatch(/^\/graphql\/assets\//);
      expect((await open(file)).statusCode).toBe(200);
    }
    expect(html).not.toMatch(/<script>|<style>|https?:/);
  });

  test('every chunk and worker that a script names exists', async () => {
    const assets = join(built.folder, 'assets');
    const scripts = (await readdir(assets)).filter((file) => file.endsWith('.js'));
    const named = new Set<string>();
    for (const script of scripts) {
      const text = await readFile(join(assets, script), 'utf8');
      for (const [, file = ''] of text.matchAll(/["'`](?:\.\/)?([a-z]+-[A-Z0-9]{8}\.js)["'`]/g))
        named.add(file);
    }
    expect([...named].map((file) => file.replace(/-.*/, ''))).toEqual(
      expect.arrayContaining(['editor', 'graphql', 'json', 'chunk']),
    );
    for (const file of named) expect(scripts).toContain(file);
  });

  test('neither its styles nor its scripts load anything of another server', async () => {
    const assets = join(built.folder, 'assets');
    for (const file of await readdir(assets)) {
      if (!/\.(js|css)$/.test(file)) continue;
      const text = await readFile(join(assets, file), 'utf8');
      expect(text, file).not.toMatch(/url\(\s*["']?(https?:)?\/\//);
      expect(text, file).not.toMatch(/(import\(|from|import|importScripts\()\s*["'`](https?:)?\/\//);
      expect(text, file).not.toMatch(/esm\.sh|unpkg\.com|jsdelivr|fonts\.googleapis/);
    }
  });
});

describe('assets', () => {
  const style = async () => /href="([^"]+\.css)"/.exec((await open()).body)?.[1] ?? '';

  test('are kept by the browser for good, since their names change with their contents', async () => {
    const answer = await open(await style());
    expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(answer.headers['content-type']).toContain('text/css');
  });

  test('are sent compressed to who can read it', async () => {
    const url = await style();
    const plain = await open(url);
    const packed = await app.inject({ url, headers: { 'accept-encoding': 'gzip' } });
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(packed.headers['content-type']).toContain('text/css');
    expect(packed.rawPayload.length).toBeLessThan(plain.rawPayload.length * 0.7);
  });

  test.each(['/graphql/assets/none.js', '/graphql/assets/', '/graphql/assets/..%2findex.html'])(
    'nothing else is served there: %s',
    async (url) => {
      expect((await open(url)).statusCode).toBeGreaterThanOrEqual(400);
    },
  );
});

test('where it was not built, the page says how to, and the API answers', async () => {
  const unbuilt = createApp(join(built.folder, 'none'));
  const answer = await unbuilt.inject({ url: '/graphql', headers: { accept: browser } });
  expect(answer.statusCode).toBe(503);
  expect(answer.headers['content-type']).toContain('text/plain');
  expect(answer.body).toContain('npm run build');
  expect((await unbuilt.inject({ url: '/graphql' })).json()).toEqual({ data: 'reached' });
  await unbuilt.close();
});
