import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseString } from 'fast-csv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeEmbedded } from '../../src/database/embedded/server.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';
import { runCli, saysWhen, startCli, stopCli, type CliEnvironment } from './cli.ts';

let folder: string;
let upstream: Upstream;
let environment: CliEnvironment;
let records: object[] = [];

const coin = (id: string, more: object = {}) => ({
  id,
  symbol: id,
  name: id,
  image: null,
  current_price: 1,
  last_updated: '2026-11-20T10:00:00Z',
  ...more,
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coinlog-controls-'));
  // A server that runs as another user must reach it.
  await chmod(folder, 0o755);
  upstream = await startUpstream(() => ({ body: JSON.stringify(records) }));
  environment = {
    EMBEDDED_DATA_DIR: 'data',
    COINGECKO_BASE_URL: upstream.url,
    SOURCES: 'coingecko',
  };
});
afterAll(async () => {
  expect((await run('rebuild', '--verify')).exitCode).toBe(0);
  await upstream.close();
  await removeEmbedded(join(folder, 'data'));
  await rm(folder, { recursive: true, force: true });
});

const run = (...args: string[]) => runCli(args, environment, folder);
const ingest = async () => {
  const result = await run('ingest', 'coingecko', '--json');
  const { runs } = result.json() as { runs: Record<string, unknown>[] };
  return { exitCode: result.exitCode, ...runs[0] };
};
interface Listed {
  id: string;
  status: string;
}
const listed = async (...args: string[]): Promise<Listed[]> =>
  ((await run('rejected', 'list', '--json', ...args)).json() as { records: Listed[] }).records;

describe('the controls, one after the other on one database', () => {
  it('source pause holds a source back with exit 3, resume lets it go on', async () => {
    const paused = await run('source', 'pause', 'coingecko', '--reason', 'upstream is moving', '--json');
    expect(paused.exitCode).toBe(0);
    expect(await ingest()).toMatchObject({ exitCode: 3, status: 'PAUSED', runId: null });
    const { sources } = (await run('status', '--json')).json() as { sources: Record<string, unknown>[] };
    expect(sources.find(({ name }) => name === 'coingecko')).toMatchObject({
      state: 'paused',
      why: 'upstream is moving',
      nextRunAt: null,
    });
    expect((await run('source', 'resume', 'coingecko', '--reason', 'moved')).exitCode).toBe(0);
    records = [coin('bitcoin'), coin('ether'), coin('doge')];
    expect(await ingest()).toMatchObject({ exitCode: 0, status: 'COMPLETED', accepted: 3 });
  });

  it('explain leads a value back to its record, event, request and run, and to what stood at an earlier time', async () => {
    const now = await run('explain', 'bitcoin', '--json');
    expect(now.json()).toMatchObject({
      coinId: 'bitcoin',
      field: 'priceUsd',
      value: '1',
      quotes: [
        {
          source: 'coingecko',
          event: { stream: 'coingecko.markets', type: 'page.fetched' },
          request: { path: '/coins/markets' },
          rawRecord: { id: 'bitcoin', current_price: 1 },
          run: { status: 'COMPLETED' },
        },
      ],
    });
    const before = await run('explain', 'coingecko:bitcoin', '--at', '2026-11-20T09:59:59Z', '--json');
    expect(before.json()).toMatchObject({ value: null, quotes: [] });
    const at = await run('explain', 'bitcoin', '--at', '2026-11-20T10:00:01Z', '--json');
    expect(at.json()).toMatchObject({ value: '1', quotes: [{ sourceCoinId: 'bitcoin' }] });
    const unknown = await run('explain', 'nothing');
    expect([unknown.exitCode, unknown.stderr]).toEqual([
      1,
      expect.stringContaining('There is no coin "nothing"'),
    ]);
  });

  it('identity link, split and unlink correct what is one coin, and unlinked says what stands alone', async () => {
    interface Links {
      links: { source: string; sourceCoinId: string; coinId: string; method: string; reason?: string }[];
      splitOff?: string | null;
    }
    const identity = async (...args: string[]) => {
      const result = await run('identity', ...args, '--json');
      expect([result.exitCode, result.stderr]).toEqual([0, '']);
      return result.json() as Links;
    };
    const alone = await identity('unlinked');
    expect(alone.links.map(({ sourceCoinId }) => sourceCoinId).sort()).toEqual(['bitcoin', 'doge', 'ether']);
    expect(alone.links[0]?.reason).toBe('no other source has anything alike');
    const linked = await identity('link', 'coingecko', 'doge', 'bitcoin', '--reason', 'a test');
    expect(linked.links.map(({ sourceCoinId, coinId, method }) => [sourceCoinId, coinId, method])).toEqual([
      ['bitcoin', 'bitcoin', 'FIRST_SEEN'],
      ['doge', 'bitcoin', 'OPERATOR'],
    ]);
    const listed = await identity('list', '--coin', 'doge');
    expect(listed.links).toHaveLength(2);
    const split = await identity('split', 'doge', '--reason', 'it was a test');
    expect(split).toMatchObject({ splitOff: 'doge' });
    await identity('link', 'coingecko', 'doge', 'bitcoin', '--reason', 'again');
    const unlinked = await identity('unlink', 'coingecko', 'doge', '--reason', 'and again');
    expect(unlinked).toMatchObject({ coinId: 'bitcoin', splitOff: 'doge' });
    const text = (await run('identity', 'list', '--source', 'coingecko')).stdout.toString();
    expect(text).toMatch(/doge +coingecko +doge +DOGE/);

    const wrong = [
      [['link', 'coingecko', 'nothing', 'bitcoin', '--reason', 'x'], 1, 'There is no source coin'],
      [['link', 'coingecko', 'doge', 'nothing', '--reason', 'x'], 1, 'There is no coin "nothing"'],
      [['link', 'nobody', 'doge', 'bitcoin', '--reason', 'x'], 2, 'there are coinpaprika'],
      [['unlink', 'coingecko', 'doge', '--reason', 'x'], 2, 'the only one of its coin'],
      [['split', 'doge', '--reason', 'x'], 2, 'nothing to split'],
      [['unlink', 'coingecko', 'doge'], 2, '--reason'],
      [['list', '--method', 'GUESS'], 2, 'OPERATOR'],
    ] as const;
    for (const [args, exitCode, message] of wrong) {
      const result = await run('identity', ...args);
      expect([result.exitCode, result.stderr]).toEqual([exitCode, expect.stringContaining(message)]);
    }
  });

  it('anomalies list shows what looks wrong, and ack refuses what is none', async () => {
    const list = await run('anomalies', 'list', '--json');
    expect([list.exitCode, list.json()]).toEqual([0, { anomalies: [] }]);
    expect((await run('anomalies', 'list', '--all')).stdout.toString()).toBe('Nothing looked wrong.\n');
    const unknown = await run('anomalies', 'ack', 'anomaly:nothing');
    expect([unknown.exitCode, unknown.stderr]).toEqual([1, expect.stringContaining('anomalies list --all')]);
  });

  it('source orders name what is wrong: an unknown source, a missing reason', async () => {
    const unknown = await run('source', 'pause', 'nothing', '--reason', 'x');
    expect([unknown.exitCode, unknown.stderr]).toEqual([2, expect.stringContaining('there are coinpaprika')]);
    const unexplained = await run('source', 'pause', 'coingecko');
    expect([unexplained.exitCode, unexplained.stderr]).toEqual([2, expect.stringContaining('--reason')]);
  });

  it('drift list tells once what a source sends otherwise, and ack takes note of it', async () => {
    records = records.map((record) => ({ ...record, current_price: 2, liquidity: 'high' }));
    await ingest();
    await ingest();
    const list = async () =>
      ((await run('drift', 'list', '--json')).json() as { drifts: Record<string, unknown>[] }).drifts;
    const drifts = await list();
    expect(drifts).toMatchObject([{ kind: 'FIELD_ADDED', path: 'liquidity', after: 'string', count: 3 }]);
    const text = (await run('drift', 'list')).stdout.toString();
    expect(text).toMatch(/FIELD_ADDED +liquidity +new: string/);
    const id = String(drifts[0]?.['driftId']);
    expect((await run('drift', 'ack', id, '--reason', 'announced')).exitCode).toBe(0);
    expect(await list()).toEqual([]);
    const missing = await run('drift', 'ack', 'nothing');
    expect([missing.exitCode, missing.stderr]).toEqual([1, expect.stringContaining('drift list')]);
  });

  it('rejected list, show, discard and export follow a record that cannot be read', async () => {
    records = [
      ...records,
      coin('bad', { current_price: '=1+1', market_cap: 'much' }),
      coin('worse', { name: 7 }),
    ];
    expect(await ingest()).toMatchObject({ exitCode: 0, recordsRead: 5, rejected: 2 });
    const [first, second] = await listed('--source', 'coingecko', '--status', 'OPEN');
    const shown = (await run('rejected', 'show', first?.id ?? '', '--json')).json() as {
      records: { issues: object[]; rawRecord: object }[];
    };
    expect(shown.records[0]).toMatchObject({
      issues: [
        { path: 'current_price', expected: 'number', received: '"=1+1"' },
        { path: 'market_cap', expected: 'number', received: '"much"' },
      ],
      rawRecord: { id: 'bad', current_price: '=1+1' },
    });
    const replayed = await run('rejected', 'replay', '--json');
    expect([replayed.exitCode, replayed.json()]).toMatchObject([1, { replayed: 0, stillRejected: 2 }]);
    expect((await run('rejected', 'discard', second?.id ?? '', '--reason', 'a test coin')).exitCode).toBe(0);
    expect((await listed('--status', 'DISCARDED')).map(({ id }) => id)).toEqual([second?.id]);
    const file = join(folder, 'rejected.csv');
    expect((await run('rejected', 'export', file, '--status', 'OPEN')).exitCode).toBe(0);
    const rows: Record<string, string>[] = [];
    const text = await readFile(file, 'utf8');
    await new Promise((resolve, reject) =>
      parseString(text, { headers: true })
        .on('data', (row: Record<string, string>) => rows.push(row))
        .on('error', reject)
        .on('end', resolve),
    );
    expect(rows).toMatchObject([{ id: first?.id, source: 'coingecko', paths: 'current_price; market_cap' }]);
    for (const cell of rows.flatMap((row) => Object.values(row))) expect(cell).not.toMatch(/^[=+\-@]/);
  });

  it('a source whose key is refused is stopped with exit 2 until a reset', async () => {
    const refusing = await startUpstream(() => ({ status: 401, body: '{"error":"bad key"}' }));
    const stopped = { ...environment, COINGECKO_BASE_URL: refusing.url };
    const again = () => runCli(['ingest', 'coingecko', '--json'], stopped, folder);
    expect((await again()).exitCode).toBe(1);
    const second = await again();
    expect([second.exitCode, second.json()]).toMatchObject([
      2,
      { runs: [{ status: 'STOPPED', error: { message: expect.stringContaining('Check the API key') } }] },
    ]);
    expect(refusing.requests).toHaveLength(1);
    expect(
      (await runCli(['source', 'reset', 'coingecko', '--reason', 'new key'], stopped, folder)).exitCode,
    ).toBe(0);
    expect((await again()).exitCode).toBe(1);
    expect(refusing.requests).toHaveLength(2);
    await refusing.close();
  });

  it('the sandbox plays faults on demand and names them', async () => {
    const list = await run('sandbox', '--faults', 'list');
    expect([list.exitCode, list.stdout.toString()]).toEqual([0, expect.stringContaining('gzip-bomb')]);
    const wrong = await run('sandbox', '--faults', 'nothing');
    expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringContaining('gzip-bomb')]);
    const sandbox = startCli(['sandbox', '--port', '0', '--coins', '20', '--faults', 'status-503'], {});
    const [, gecko = ''] = await saysWhen(sandbox, /COINGECKO_BASE_URL=(\S+)/);
    expect((await fetch(`${gecko}/coins/markets?vs_currency=usd`)).status).toBe(503);
    expect(await stopCli(sandbox)).toBe(0);
  });
});
