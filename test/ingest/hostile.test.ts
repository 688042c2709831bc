import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { append } from '../../src/log/append.ts';
import { deriveId } from '../../src/log/event-id.ts';
import { retryAfterMs } from '../../src/ingest/classify.ts';
import { createFetcher } from '../../src/ingest/http.ts';
import { inputFiles } from '../../src/ingest/input-files.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendRun } from '../support/events.ts';
import { createTestIngester, sourceConfigured } from '../support/ingest.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { startUpstream } from '../support/upstream.ts';

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coinlog-hostile-'));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await projectAll(database);
  await expectRebuildEqualsLive(database);
  await database.close();
});

const startedAt = new Date('2026-11-20T10:00:00Z');
const coin = (id: string, more: object = {}) => ({
  id,
  symbol: id,
  name: id,
  current_price: 1,
  last_updated: '2026-11-20T09:00:00Z',
  ...more,
});
const gecko = (runId: string, records: object[]) =>
  appendRun(database.sql, {
    stream: 'coingecko.markets',
    runId,
    startedAt,
    params: { vs_currency: 'usd' },
    pages: [JSON.stringify(records)],
  });

describe('odd text', () => {
  it('never stops the projector: half surrogate pairs and NUL in names, symbols and rejected values', async () => {
    await gecko('odd', [
      coin('a', { name: 'half \ud83d pair', symbol: '\ude00x' }),
      coin('b', { name: 'nul \0 inside', symbol: '\t\n\\' }),
      coin('c', { current_price: `${'a'.repeat(99)}😀${'b'.repeat(20)}` }),
      coin('d', { current_price: 'nul \0 here' }),
      coin('tab\tand\nline\\'),
    ]);
    await projectAll(database);
    const [run] = await database.sql`select records_read, accepted, rejected from read.run`;
    expect(run).toEqual({ recordsRead: 5, accepted: 3, rejected: 2 });
    expect(
      await database.sql`select source_coin_id from read.quote where source_coin_id like 'tab%'`,
    ).toEqual([{ sourceCoinId: 'tab\tand\nline\\' }]);
    expect(await database.sql`select 1 from read.dead_letter`).toHaveLength(0);
  });

  it('one currency in two spellings is one quote, the same at every rebuild', async () => {
    const ticker = (id: string) => ({
      id,
      name: id,
      symbol: id,
      last_updated: '2026-11-20T09:00:00Z',
      quotes: { usd: { price: 1 }, USD: { price: 2 } },
    });
    const pages = [JSON.stringify(Array.from({ length: 50 }, (_, index) => ticker(`coin-${index}`)))];
    await appendRun(database.sql, {
      stream: 'coinpaprika.tickers',
      runId: 'p',
      startedAt,
      params: { quotes: 'USD' },
      pages,
    });
    await projectAll(database);
    expect(await database.sql`select distinct price from read.quote`).toEqual([{ price: '1' }]);
    expect(await database.sql`select accepted, revised from read.run`).toEqual([
      { accepted: 50, revised: 0 },
    ]);
  });
});

describe('an event that cannot be written', () => {
  it('is found by halving and put aside alone; everything around it is folded', async () => {
    await gecko('good-1', [coin('a')]);
    // Its fold is fine, its write is not: an ending whose shape no run can have.
    const bad = {
      id: deriveId('bad'),
      type: 'run.failed',
      schemaVersion: 1,
      runId: 'bad',
      receivedAt: startedAt,
      metadata: { error: 'text' },
      payload: new Uint8Array(),
    };
    await append(database.sql, 'coingecko.markets', [bad]);
    await gecko('good-2', [coin('b')]);
    await projectAll(database);
    expect(await database.sql`select stream, version from read.dead_letter`).toEqual([
      { stream: 'coingecko.markets', version: 4 },
    ]);
    expect(
      await database.sql`select run_id, status, accepted from read.run where run_id like 'good%' order by 1`,
    ).toEqual([
      { runId: 'good-1', status: 'COMPLETED', accepted: 1 },
      { runId: 'good-2', status: 'COMPLETED', accepted: 1 },
    ]);
  });
});

describe('Retry-After', () => {
  const now = new Date('2026-11-20T10:00:00Z');
  const values: [string | null, number | null][] = [
    ['0', 0],
    ['120', 120_000],
    ['Fri, 20 Nov 2026 10:00:30 GMT', 30_000],
    ['Fri, 20 Nov 2020 10:00:30 GMT', 0],
    ['1760000000000', 86_400_000],
    ['99999999999999999999', 86_400_000],
    ['soon', null],
    [null, null],
  ];
  it.each(values)('%s means %s ms, a day at most', (header, expected) => {
    expect(retryAfterMs(header, now)).toBe(expected);
  });

  it('beyond all time ends the run deferred, and the run is folded', async () => {
    const upstream = await startUpstream(() => ({
      status: 429,
      headers: { 'retry-after': '1760000000000' },
      body: 'Throttled',
    }));
    const ingester = createTestIngester(database);
    const outcome = await ingester.ingest(
      sourceConfigured('coingecko', { COINGECKO_BASE_URL: upstream.url }),
      { reason: 'test' },
    );
    await Promise.all([ingester.close(), upstream.close()]);
    expect(outcome.kind).toBe('deferred');
    await projectAll(database);
    expect(await database.sql`select status from read.run`).toEqual([{ status: 'DEFERRED' }]);
  });
});

describe('an upstream', () => {
  it('whose body stalls is given up after the time limit', async () => {
    const { createServer } = await import('node:http');
    const server = createServer((_request, response) => response.writeHead(200).write('[{"id":'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/`;
    const attempt = await createFetcher(
      () => new Date(),
      'test',
    )({ url, headers: {}, timeoutMs: 200, signal: new AbortController().signal });
    server.closeAllConnections();
    server.close();
    expect(attempt).toMatchObject({
      kind: 'broken',
      cause: 'timeout',
      reason: 'no complete answer within 200 ms',
    });
  });
});

describe('a file', () => {
  const source = sourceConfigured('csv');
  const rows = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => `coin-${from + index},C,Coin,${index + 1}.5`).join('\n');

  it('that is written to while it is read fails its run, and is whole once it is read again', async () => {
    const path = join(folder, 'growing.csv');
    await writeFile(path, `id,symbol,name,price\n${rows(0, 15_000)}\n`);
    const ingester = createTestIngester(database);
    let touched = false;
    const outcome = await ingester.ingest(source, {
      reason: 'test',
      path,
      onProgress: () => {
        if (!touched) void writeFile(path, `id,symbol,name,price\n${rows(100_000, 15_000)}\n`);
        touched = true;
      },
    });
    expect(outcome).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('written to while it was read'),
    });
    await writeFile(path, `id,symbol,name,price\n${rows(0, 15_000)}\n`);
    expect((await ingester.ingest(source, { reason: 'test', path })).kind).toBe('completed');
    expect((await ingester.ingest(source, { reason: 'test', path })).kind).toBe('unchanged');
    await ingester.close();
    await projectAll(database);
    const [found] =
      await database.sql`select count(*) as coins from read.source_coin where source_coin_id ~ '^coin-[0-9]{1,5}$'`;
    expect(found).toEqual({ coins: 15_000 });
  });

  it('that is a folder, or gone, keeps no other file from being read', async () => {
    const watched = join(folder, 'watched');
    await mkdir(join(watched, 'a.csv'), { recursive: true });
    await writeFile(join(watched, 'b.csv'), `id,symbol,name,price\n${rows(0, 2)}\n`);
    expect(await inputFiles(watched)).toEqual([join(watched, 'b.csv')]);
    const ingester = createTestIngester(database);
    expect(await ingester.ingest(source, { reason: 'test', path: join(watched, 'none.csv') })).toMatchObject({
      kind: 'refused',
    });
    await ingester.close();
  });
});
