import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/database/client.ts';
import { removeEmbedded, startEmbedded } from '../../src/database/embedded/server.ts';
import { runCli, type CliEnvironment } from './cli.ts';

const root = join(import.meta.dirname, '..', '..');
let folder: string;
const environment: CliEnvironment = { EMBEDDED_DATA_DIR: 'data', SOURCES: 'csv' };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coinlog-csv-cli-'));
  // A server that runs as another user must reach it.
  await chmod(folder, 0o755);
});
afterAll(async () => {
  await removeEmbedded(join(folder, 'data'));
  await rm(folder, { recursive: true, force: true });
});

const run = (...args: string[]) => runCli(args, environment, folder);
const write = async (name: string, content: string | Uint8Array) => {
  await writeFile(join(folder, name), content);
  return name;
};
interface Run {
  status: string;
  unchanged: boolean;
  accepted: number;
  rejected: number;
  duplicates: number;
}
async function ingest(...args: string[]): Promise<Run[]> {
  const result = await run('ingest', 'csv', '--json', ...args);
  return (result.json() as { runs: Run[] }).runs;
}

/** In what currencies the bank's file is quoted now. */
async function currencies(): Promise<string[]> {
  const server = await startEmbedded({ dataDir: join(folder, 'data') });
  const sql = connect(server.app, { max: 1, name: 'test', role: 'coinlog_app' });
  try {
    const rows = await sql<{ quoteCurrency: string }[]>`
      select distinct quote_currency from public.snapshot where quote_currency <> 'USD'`;
    return rows.map(({ quoteCurrency }) => quoteCurrency);
  } finally {
    await sql.end();
    await server.close();
  }
}

describe('files by the command line, one after the other on one database', () => {
  it('a folder, a pattern and a packed file are read, each by its own bytes', async () => {
    await mkdir(join(folder, 'in'));
    await write('in/a.csv', 'id,symbol,name,price\nalpha,A,Alpha,1.5\n');
    await write('in/b.csv.gz', gzipSync('id,symbol,name,price\nbeta,B,Beta,2.5\n'));
    await write('in/notes.txt', 'no table');
    const runs = await ingest('--file', 'in', '--file', 'in/*.csv');
    expect(runs.map(({ status, accepted, unchanged }) => [status, accepted, unchanged])).toEqual([
      ['COMPLETED', 1, false],
      ['COMPLETED', 1, false],
      ['COMPLETED', 1, true],
    ]);
    const packed = await run('events', 'list', '--stream', 'csv.files', '--limit', '100', '--json');
    const { events } = packed.json() as { events: { version: number; metadata: { packed?: string } }[] };
    const chunk = events.find(({ metadata }) => metadata.packed === 'gzip');
    const shown = await run('events', 'show', 'csv.files', String(chunk?.version), '--payload');
    expect(shown.stdout.equals(await readFile(join(folder, 'in/b.csv.gz')))).toBe(true);
  });

  it('a pattern that matches nothing, and a packed file that is cut short, are refused by name', async () => {
    const nothing = await run('ingest', 'csv', '--file', 'in/*.tsv');
    expect([nothing.exitCode, nothing.stderr]).toEqual([1, expect.stringContaining('in/*.tsv')]);
    const cut = gzipSync('id,symbol,name,price\nx,X,X,1\n').subarray(0, 30);
    const [refused] = await ingest('--file', await write('cut.csv.gz', cut));
    expect(refused).toMatchObject({
      status: 'FAILED',
      error: { message: expect.stringContaining('cut short') },
    });
  });

  it('standard input is read as a file, and leaves no copy behind', async () => {
    const child = spawn(
      process.execPath,
      [join(root, 'bin/coinlog.js'), 'ingest', 'csv', '--file', '-', '--json'],
      {
        cwd: folder,
        env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...environment },
        stdio: ['pipe', 'pipe', 'ignore'],
      },
    );
    child.stdin.end('id,symbol,name,price\ngamma,G,Gamma,3.5\n');
    let stdout = '';
    child.stdout.on('data', (part: Buffer) => (stdout += part.toString()));
    await once(child, 'close');
    expect(JSON.parse(stdout)).toMatchObject({ runs: [{ status: 'COMPLETED', accepted: 1 }] });
  });

  const german = 'Kennung;Kürzel;Bezeichnung;Kurs\nalpha;A;Alpha;1.234,5\nbeta;B;Beta;x\n';
  const mapping = {
    name: 'german',
    when: ['Kennung', 'Kurs'],
    columns: { id: ['Kennung'], symbol: ['Kürzel'], name: ['Bezeichnung'], price: ['Kurs'] },
    quoteCurrency: 'EUR',
  };

  it('--dry-run shows dialect, mapping, rows and rejects, and stores nothing', async () => {
    const file = await write('german.csv', german);
    const before = (await run('events', 'list', '--json')).stdout.toString();
    await write('german.json', JSON.stringify(mapping));
    expect((await run('mapping', 'load', 'german.json', '--reason', 'bank export')).exitCode).toBe(0);
    const shown = await run('ingest', 'csv', '--file', file, '--dry-run', '--json');
    expect(shown.json()).toMatchObject({
      files: [
        {
          kind: 'preview',
          settings: { delimiter: ';', mapping: 'german' },
          counts: { read: 2, accepted: 1, rejected: 1 },
          rows: [{ sourceCoinId: 'alpha', quotes: [{ currency: 'EUR', price: '1234.5' }] }],
        },
      ],
    });
    const text = (await run('ingest', 'csv', '--file', file, '--dry-run')).stdout.toString();
    expect(text).toContain('delimiter=";"');
    expect(text).toMatch(/Rejected:[\s\S]*3 +Kurs/);
    expect((await run('events', 'list', '--stream', 'csv.files', '--json')).stdout.toString()).not.toContain(
      'german.csv',
    );
    expect(before).not.toContain('german.csv');
    const polled = await run('ingest', '--dry-run');
    expect([polled.exitCode, polled.stderr]).toEqual([2, expect.stringContaining('--dry-run')]);
  });

  let shownAt = '';
  it('a corrected mapping changes what was read by the one of its name before, the past included', async () => {
    await ingest('--file', 'german.csv');
    expect(await currencies()).toEqual(['EUR']);
    shownAt = new Date().toISOString();
    await write('german.json', JSON.stringify({ ...mapping, quoteCurrency: 'CHF' }));
    expect((await run('mapping', 'load', 'german.json', '--reason', 'the bank is Swiss')).exitCode).toBe(0);
    expect(await currencies()).toEqual(['CHF']);
    expect((await run('mapping', 'show', 'german', '--json')).json()).toMatchObject({ quoteCurrency: 'CHF' });
    expect((await run('rebuild', '--verify')).exitCode).toBe(0);
    const file = await write('wrong.json', '{"name":"x","columns":{"prize":["p"]}}');
    const wrong = await run('mapping', 'load', file, '--reason', 'r');
    expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringContaining('wrong.json')]);
  });

  it('explain tells what was shown before a correction, and what the correction changed', async () => {
    const now = await run('explain', 'csv:alpha');
    expect(now.stdout.toString()).toMatch(
      /1234.5 CHF[\s\S]*Corrected by rebuilds[\s\S]*read so since version/,
    );
    const then = await run('explain', 'csv:alpha', '--known-at', shownAt);
    expect(then.stdout.toString()).toMatch(/1234.5 EUR[\s\S]*1234.5 was shown until version \d+ \(20/);
    const known = (await run('explain', 'csv:alpha', '--known-at', shownAt, '--json')).json();
    expect(known).toMatchObject({
      knownAt: shownAt,
      quotes: expect.arrayContaining([
        expect.objectContaining({ currency: 'EUR', value: '1234.5', sourceCoinId: 'alpha' }),
      ]),
      corrections: expect.arrayContaining([
        expect.objectContaining({ price: '1234.5', toVersion: expect.any(Number) }),
      ]),
    });
  });

  it('rejected rows are exported with their own columns, can be corrected and read again', async () => {
    const file = await write('prices.csv', 'id,symbol,name,price\nok,O,Ok,1.5\n"=bad",B,Bad,n/k\n');
    await ingest('--file', file);
    const { runs } = (await run('runs', 'list', '--limit', '1', '--json')).json() as {
      runs: { runId: string }[];
    };
    const exported = await run(
      'rejected',
      'export',
      'rejects.csv',
      '--source',
      'csv',
      '--run',
      runs[0]?.runId ?? '',
    );
    expect(exported.exitCode).toBe(0);
    const text = await readFile(join(folder, 'rejects.csv'), 'utf8');
    expect(text.split('\n')[0]).toBe('id,symbol,name,price,coinlog_line,coinlog_code,coinlog_message');
    expect(text).toContain(`'=bad,B,Bad,n/k,3,`);
    await write('fixed.csv', text.replace("'=bad,B,Bad,n/k", 'bad,B,Bad,1.23'));
    const [again] = await ingest('--file', 'fixed.csv');
    expect(again).toMatchObject({ status: 'COMPLETED', accepted: 1, rejected: 0 });
  });
});
