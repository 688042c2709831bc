import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { registerDocs } from '../../src/api/rest/docs.ts';
import { projectRoot } from '../../src/version.ts';

let folder: string;
let app: FastifyInstance;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coinlog-docs-'));
  await promisify(execFile)(process.execPath, [join(projectRoot, 'scripts', 'build-docs.mjs'), folder]);
  app = Fastify();
  registerDocs(app, { openapi: '3.1.1' }, folder);
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

const filesOf = (html: string): string[] =>
  [...html.matchAll(/(?:src|href)="(\/docs\/[^"]+)"/g)].map((m) => m[1] ?? '');

it.each(['/docs', '/redoc'])('%s is a page whose every file comes from here', async (url) => {
  const page = await app.inject(url);
  expect(page.statusCode).toBe(200);
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(page.body).not.toMatch(/(?:src|href)="(?!\/docs\/|\/openapi\.json|data:)/);
  // Nothing written into the page runs.
  expect(page.body).not.toMatch(/<script(?! src)/);
  const files = filesOf(page.body);
  expect(files.length).toBeGreaterThan(2);
  for (const file of files) {
    const asset = await app.inject(file);
    expect(asset.statusCode).toBe(200);
    expect(asset.headers['content-type']).toMatch(/javascript|css/);
    expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    const packed = await app.inject({ url: file, headers: { 'accept-encoding': 'gzip' } });
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(packed.rawPayload).toString()).toBe(asset.body);
  }
});

it.each(['/docs', '/redoc'])('%s may talk to nobody but this server', async (url) => {
  const policy = String((await app.inject(url)).headers['content-security-policy']);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("connect-src 'self'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).not.toMatch(/https?:|\*|unsafe-eval/);
});

it('no file asks for anything elsewhere, or names the map of its source', async () => {
  const assets = join(folder, 'assets');
  for (const name of await readdir(assets)) {
    if (!/\.(?:js|css)$/.test(name)) continue;
    const text = await readFile(join(assets, name), 'utf8');
    expect(text, name).not.toMatch(/cdn\.redoc|fonts\.googleapis|unpkg\.com|cdn\.jsdelivr/);
    expect(text.slice(-200), name).not.toContain('sourceMappingURL');
  }
});

it('scripts are whole', async () => {
  const assets = join(folder, 'assets');
  for (const name of await readdir(assets))
    if (name.endsWith('.js')) await promisify(execFile)(process.execPath, ['--check', join(assets, name)]);
});

it('the document has a tag, and is not sent to who has it', async () => {
  const { headers, body } = await app.inject('/openapi.json');
  expect(JSON.parse(body)).toEqual({ openapi: '3.1.1' });
  const again = await app.inject({
    url: '/openapi.json',
    headers: { 'if-none-match': String(headers['etag']) },
  });
  expect(again).toMatchObject({ statusCode: 304, body: '' });
});

it('without a build the pages say how to make them', async () => {
  const bare = Fastify();
  registerDocs(bare, {}, join(folder, 'nowhere'));
  const page = await bare.inject('/docs');
  expect(page.statusCode).toBe(503);
  expect(page.body).toContain('npm run build');
  await bare.close();
});
