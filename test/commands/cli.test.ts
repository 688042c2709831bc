import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeEmbedded } from '../../src/database/embedded/server.ts';
import { runCli, saysWhen, startCli, stopCli, type CliEnvironment } from './cli.ts';

const root = join(import.meta.dirname, '..', '..');
let folder: string;
let dataDir: string;
let sandbox: ChildProcess;
let environment: CliEnvironment;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coinlog-cli-'));
  // A server that runs as another user must reach it.
  await chmod(folder, 0o755);
  dataDir = join(folder, 'data');
  sandbox = startCli(['sandbox', '--port', '0', '--coins', '300'], {});
  const [, gecko = '', paprika = ''] = await saysWhen(
    sandbox,
    /COINPAPRIKA_BASE_URL=(\S+)[\s\S]*COINGECKO_BASE_URL=(\S+)/,
  ).then((m) => [m[0], m[2], m[1]]);
  const csv = join(folder, 'prices.csv');
  await writeFile(
    csv,
    'id,symbol,name,price_usd,coinlog_sandbox\nbitcoin,BTC,Bitcoin,100000.5,1\nbroken,BRK,Broken,"1,23",1\n',
  );
  environment = {
    EMBEDDED_DATA_DIR: dataDir,
    COINGECKO_BASE_URL: gecko,
    COINPAPRIKA_BASE_URL: paprika,
    COINGECKO_PAGES: '2',
    CSV_PATH: csv,
    SHUTDOWN_TIMEOUT_MS: '20000',
  };
});
afterAll(async () => {
  await stopCli(sandbox);
  if (existsSync(join(dataDir, 'PG_VERSION'))) await removeEmbedded(dataDir);
  await rm(folder, { recursive: true, force: true });
});

const run = (...args: string[]) => runCli(args, environment);

describe('the commands, one after the other on one embedded database', () => {
  it('ingest polls every source, reads the file, waits for the projection and tells honest totals', async () => {
    const result = await run('ingest', '--json');
    expect(result.stderr).toBe('');
    expect(result.exitCode).toBe(0);
    const { runs } = result.json() as { runs: Record<string, unknown>[] };
    expect(runs.map(({ source, status }) => [source, status])).toEqual([
      ['coinpaprika', 'COMPLETED'],
      ['coingecko', 'COMPLETED'],
      ['csv', 'COMPLETED'],
    ]);
    for (const entry of runs) {
      const count = (key: string) => Number(entry[key]);
      expect(count('recordsRead')).toBe(
        count('accepted') + count('revised') + count('rejected') + count('duplicates') + count('skipped'),
      );
      expect(count('recordsRead')).toBeGreaterThan(1);
    }
    expect(runs[2]).toMatchObject({ recordsRead: 2, accepted: 1, rejected: 1 });
  });

  it('identity list shows the coins that sources have in common, linked by the first ingest', async () => {
    interface Listed {
      links: { source: string; coinId: string; sourceCoinId: string; method: string; confidence: number }[];
    }
    const list = async (...args: string[]) =>
      ((await run('identity', 'list', '--json', '--limit', '5000', ...args)).json() as Listed).links;
    const bitcoin = await list('--coin', 'coinpaprika:btc-bitcoin');
    expect(bitcoin.map(({ source, sourceCoinId }) => `${source}:${sourceCoinId}`)).toEqual(
      expect.arrayContaining(['coingecko:bitcoin', 'coinpaprika:btc-bitcoin']),
    );
    expect(bitcoin.every(({ coinId, confidence }) => coinId === 'bitcoin' && confidence > 0)).toBe(true);
    const byName = await list('--method', 'SYMBOL_AND_NAME');
    expect(new Set(byName.map(({ coinId }) => coinId)).size).toBeGreaterThan(100);
  });

  it('the same file again is told as unchanged, and appends no event', async () => {
    const before = (await run('events', 'list', '--stream', 'csv.files', '--json')).stdout.toString();
    const again = await run('ingest', 'csv', '--json');
    expect(again.exitCode).toBe(0);
    expect(again.json()).toMatchObject({ runs: [{ source: 'csv', unchanged: true, status: 'COMPLETED' }] });
    expect((await run('events', 'list', '--stream', 'csv.files', '--json')).stdout.toString()).toBe(before);
  });

  it('events show --payload writes the very bytes, which match the digest of the event', async () => {
    const shown = (await run('events', 'show', 'coingecko.markets', '2', '--json')).json() as {
      sha256: string;
      type: string;
      payloadBytes: number;
    };
    const { stdout } = await run('events', 'show', 'coingecko.markets', '2', '--payload');
    expect(shown.type).toBe('page.fetched');
    expect(stdout.byteLength).toBe(shown.payloadBytes);
    expect(createHash('sha256').update(stdout).digest('hex')).toBe(shown.sha256);
    expect(JSON.parse(stdout.toString())).toHaveLength(250);
  });

  it('verify, rebuild --verify, rebuild and project find everything in order', async () => {
    expect((await run('verify', '--json')).json()).toMatchObject({ ok: true, firstBad: null });
    expect((await run('rebuild', '--verify', '--json')).json()).toMatchObject({
      swapped: false,
      differences: { count: 0, first: [] },
    });
    expect((await run('rebuild', '--json')).json()).toMatchObject({ swapped: true });
    expect((await run('project', '--json')).json()).toMatchObject({ events: 0, lagEvents: 0 });
  });

  it('status, runs, source list and doctor answer in text and as one JSON document', async () => {
    for (const args of [['status'], ['runs', 'list'], ['source', 'list'], ['doctor']]) {
      const text = await run(...args);
      const json = await run(...args, '--json');
      expect([args, text.exitCode, json.exitCode]).toEqual([args, 0, 0]);
      expect(text.stdout.toString()).not.toBe('');
      expect(typeof json.json()).toBe('object');
    }
    const { runs } = (await run('runs', 'list', '--json')).json() as { runs: { runId: string }[] };
    expect((await run('runs', 'show', runs[0]?.runId ?? '', '--json')).json()).toMatchObject({
      runs: [{ runId: runs[0]?.runId }],
    });
  });

  it('every "npx coinlog" line of the README that looks at data works as it stands', async () => {
    const readme = await readFile(join(root, 'README.md'), 'utf8');
    const lines = [...readme.matchAll(/^npx coinlog ([^#\n]+)/gm)]
      .map(([, args = '']) => args.trim().split(/\s+/))
      .filter(([name]) => name !== 'ingest');
    expect(lines.length).toBeGreaterThan(4);
    for (const args of lines) expect([args, (await run(...args)).exitCode]).toEqual([args, 0]);
  });

  it('serve answers every curl line of the README, and Ctrl-C stops it and the database cleanly', async () => {
    const service = startCli(['serve'], { ...environment, API_PORT: '0' });
    const [, url = ''] = await saysWhen(service, /"url":"([^"]+)"/);
    const readme = (await readFile(join(root, 'README.md'), 'utf8')).replaceAll('\\\n', ' ');
    const calls = [...readme.matchAll(/^curl -s '?http:\/\/localhost:8000([^\s']+)'?(.*)$/gm)];
    expect(calls.length).toBeGreaterThan(3);
    for (const [, path = '', rest = ''] of calls) {
      const body = rest.match(/-d '([^']+)'/)?.[1];
      const response = await fetch(
        `${url}${path}`,
        body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body },
      );
      expect([path, response.status]).toEqual([path, 200]);
      const answer = (await response.json()) as { data?: unknown; errors?: unknown };
      expect(answer.errors).toBeUndefined();
    }
    expect(await stopCli(service)).toBe(0);
    expect(existsSync(join(dataDir, 'postmaster.pid'))).toBe(false);
  });
});

describe('what goes wrong is said in one line, with the right exit code', () => {
  const oneLine = ({ stderr }: { stderr: string }) => stderr.trim().split('\n').at(-1) ?? '';

  it('a wrong variable: its name, exit 2, and nothing started', async () => {
    const result = await runCli(['status'], { API_PORT: 'x', EMBEDDED_DATA_DIR: join(folder, 'none') });
    expect([result.exitCode, oneLine(result)]).toEqual([
      2,
      expect.stringMatching(/^coinlog: API_PORT: must be a whole number/),
    ]);
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });

  it('a wrong source, command or option: exit 2', async () => {
    expect(await run('ingest', 'binance')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('coinpaprika, coingecko, csv'),
    });
    expect((await run('frobnicate')).exitCode).toBe(2);
    expect((await run('serve', '--role', 'king')).exitCode).toBe(2);
    expect((await run('events', 'show', 'x', 'two')).exitCode).toBe(2);
  });

  it('an upstream that cannot be reached: exit 1, the host, what to check, and the run on record', async () => {
    const result = await runCli(['ingest', 'coingecko', '--json'], {
      ...environment,
      COINGECKO_BASE_URL: 'http://127.0.0.1:9/api/v3',
      ETL_RETRY_ATTEMPTS: '1',
    });
    expect(result.exitCode).toBe(1);
    expect(result.json()).toMatchObject({
      runs: [
        {
          status: 'FAILED',
          error: {
            code: 'UNREACHABLE',
            message: expect.stringMatching(/127\.0\.0\.1:9: .*Check the network/),
          },
        },
      ],
    });
  });

  it('a database that is down: exit 1, where it is, without the password', async () => {
    const result = await runCli(['status'], { DATABASE_URL: 'postgres://me:hunter2@127.0.0.1:9/coinlog' });
    expect([result.exitCode, oneLine(result)]).toEqual([
      1,
      expect.stringMatching(/^coinlog: Cannot reach the database \(127\.0\.0\.1:9\/coinlog\)/),
    ]);
    expect(result.stderr).not.toContain('hunter2');
  });

  it('a port in use: exit 1 and the port, and the database is stopped again', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const address = blocker.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const result = await runCli(['serve'], { ...environment, API_PORT: String(port) });
    blocker.close();
    expect([result.exitCode, oneLine(result)]).toEqual([
      1,
      expect.stringContaining(`Port ${port} on 127.0.0.1 is in use`),
    ]);
    expect(existsSync(join(dataDir, 'postmaster.pid'))).toBe(false);
  });

  it('a file that is no CSV: exit 1 and why, and the refusal is on record', async () => {
    const path = join(folder, 'malformed.csv');
    await writeFile(path, 'just some words\nwithout any columns\n');
    const result = await run('ingest', 'csv', '--file', path, '--json');
    expect(result.exitCode).toBe(1);
    expect(result.json()).toMatchObject({
      runs: [
        {
          status: 'FAILED',
          error: { code: 'FILE_REFUSED', message: expect.stringContaining('malformed.csv') },
        },
      ],
    });
    expect(await run('ingest', 'csv', '--file', join(folder, 'absent.csv'))).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('Cannot read'),
    });
  });

  it('real data for a log that holds simulated data: exit 1, and not a byte of it is stored', async () => {
    const path = join(folder, 'real.csv');
    await writeFile(path, 'id,symbol,name,price_usd\nreal-coin,REAL,Real,5\n');
    const result = await run('ingest', 'csv', '--file', path, '--json');
    expect(result.exitCode).toBe(1);
    expect(result.json()).toMatchObject({
      runs: [{ status: 'FAILED', recordsRead: 0, error: { code: 'LOG_KIND_MISMATCH' } }],
    });
  });

  it('demo with DATABASE_URL set: refused with exit 2', async () => {
    expect(await runCli(['demo'], { DATABASE_URL: 'postgres://me@127.0.0.1:9/coinlog' })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('DATABASE_URL'),
    });
  });
});
