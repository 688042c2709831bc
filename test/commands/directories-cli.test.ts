import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeEmbedded } from '../../src/database/embedded/server.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';
import { runCli, type CliEnvironment } from './cli.ts';

let folder: string;
let upstream: Upstream;
let environment: CliEnvironment;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coinlog-directories-'));
  // A server that runs as another user must reach it.
  await chmod(folder, 0o755);
  upstream = await startUpstream((url) => ({
    body: JSON.stringify(
      url.pathname === '/coins/list'
        ? [{ id: 'a', symbol: 'a', name: 'A', platforms: { ethereum: '0x1' } }]
        : [{ id: 'a', symbol: 'a', name: 'A', current_price: 1, last_updated: '2026-11-20T10:00:00Z' }],
    ),
  }));
  environment = {
    EMBEDDED_DATA_DIR: 'data',
    COINGECKO_BASE_URL: upstream.url,
    SOURCES: 'coingecko',
    INGEST_SCHEDULE_COINPAPRIKA_COINS: 'off',
  };
});
afterAll(async () => {
  await upstream.close();
  await removeEmbedded(join(folder, 'data'));
  await rm(folder, { recursive: true, force: true });
});

const run = (...args: string[]) => runCli(args, environment, folder);

describe('directories on the command line', () => {
  it('are run by their stream alone: a source’s name runs its market as ever', async () => {
    const market = (await run('ingest', '--json')).json();
    expect(market).toMatchObject({ runs: [{ feed: 'coingecko.markets', status: 'COMPLETED' }] });
    const list = await run('ingest', 'coingecko.list', '--json');
    expect(list.exitCode).toBe(0);
    expect(list.json()).toMatchObject({
      runs: [{ source: 'coingecko', feed: 'coingecko.list', status: 'COMPLETED', accepted: 1 }],
    });
    expect(upstream.requests.map((request) => request.split('?')[0])).toEqual([
      '/coins/markets',
      '/coins/list',
    ]);
    const unknown = await run('ingest', 'coingecko.lists');
    expect(unknown.exitCode).toBe(2);
    expect(unknown.stderr).toMatch(/coingecko, csv, .*directories .*coingecko\.list/s);
  });

  it('are in "source list", "status" and "doctor", paused with their source', async () => {
    await run('source', 'pause', 'coingecko', '--reason', 'a look around');
    const { directories } = (await run('source', 'list', '--json')).json() as { directories: object[] };
    expect(directories).toMatchObject([
      { name: 'coinpaprika.coins', state: 'off', why: 'INGEST_SCHEDULE_COINPAPRIKA_COINS is off' },
      { name: 'coinpaprika.contracts', state: 'off', requestsPerRun: 13, nextRunAt: null },
      { name: 'coinpaprika.mappings', state: 'off', why: 'it needs a key of the Business plan' },
      { name: 'coingecko.list', state: 'paused', coins: 1, lastStatus: 'COMPLETED', nextRunAt: null },
    ]);
    expect((await run('source', 'list')).stdout.toString()).toMatch(/^coingecko\.list +paused +37 3 /m);
    expect((await run('status')).stdout.toString()).toMatch(/^coingecko\.list +paused/m);
    expect((await run('doctor')).stdout.toString()).toMatch(
      /directory coingecko\.list: 37 3 \* \* \*, 1 request/,
    );
  });
});
