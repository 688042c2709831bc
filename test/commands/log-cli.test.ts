import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/database/client.ts';
import { removeEmbedded, startEmbedded } from '../../src/database/embedded/server.ts';
import { runCli, saysWhen, startCli, stopCli, type CliEnvironment } from './cli.ts';

const root = join(import.meta.dirname, '..', '..');
const dataDirs = ['data', 'copy', 'drill'];
let folder: string;
let environment: CliEnvironment;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coinlog-log-cli-'));
  // A server that runs as another user must reach it.
  await chmod(folder, 0o755);
  const sandbox = startCli(['sandbox', '--port', '0', '--coins', '300'], {});
  const [paprika = '', gecko = ''] = await saysWhen(
    sandbox,
    /COINPAPRIKA_BASE_URL=(\S+)[\s\S]*COINGECKO_BASE_URL=(\S+)/,
  ).then((found) => found.slice(1));
  environment = {
    EMBEDDED_DATA_DIR: 'data',
    ARCHIVE_URI: join(folder, 'archive'),
    COINGECKO_BASE_URL: gecko,
    COINPAPRIKA_BASE_URL: paprika,
    SOURCES: 'coingecko,coinpaprika',
  };
  const ingested = await run(['ingest']);
  await stopCli(sandbox);
  expect(ingested.exitCode).toBe(0);
});
afterAll(async () => {
  for (const name of dataDirs) await removeEmbedded(join(folder, name));
  await rm(folder, { recursive: true, force: true });
});

const run = (args: string[], more: CliEnvironment = {}) => runCli(args, { ...environment, ...more }, folder);

describe('coinlog verify', () => {
  it('catches a corrupted copy of a database at the right event, with exit 1', async () => {
    await promisify(execFile)('cp', ['-a', join(folder, 'data'), join(folder, 'copy')]);
    const server = await startEmbedded({ dataDir: join(folder, 'copy') });
    const owner = connect(server.owner, { max: 1, name: 'test', role: null });
    await owner.begin(async (tx) => {
      await tx`set local session_replication_role = replica`;
      await tx`
        update log.event set payload = set_byte(payload, 4000, get_byte(payload, 4000) # 1)
        where stream = 'coinpaprika.tickers' and version = 2`;
    });
    await owner.end();
    await server.close();
    const found = await run(['verify', '--json'], { EMBEDDED_DATA_DIR: 'copy' });
    expect(found.exitCode).toBe(1);
    expect(found.json()).toMatchObject({
      ok: false,
      firstBad: { stream: 'coinpaprika.tickers', version: 2 },
    });
    const told = await run(['verify'], { EMBEDDED_DATA_DIR: 'copy' });
    expect(told.stdout.toString()).toMatch(/CHANGED: coinpaprika\.tickers version 2: its payload/);
    const good = await run(['verify']);
    expect(good.exitCode).toBe(0);
  });

  it('since a checkpoint says what it skipped', async () => {
    const { stdout } = await run(['verify', '--since-checkpoint']);
    expect(stdout.toString()).toMatch(
      /Not looked at again, \d+ events found good before: .*coingecko\.markets to 3.*identity to/,
    );
  });
});

describe('the restore drill of docs/operating.md', () => {
  it('works line by line as it stands', { timeout: 120_000 }, async () => {
    const text = await readFile(join(root, 'docs', 'operating.md'), 'utf8');
    const lines = [...text.matchAll(/^(?:(\w+)=(\S+) )?npx coinlog (.+)$/gm)];
    expect(lines.length).toBe(6);
    for (const [line, name, value, args = ''] of lines) {
      const result = await run(args.split(' '), name ? { [name]: value ?? '' } : {});
      expect(`${line}: ${result.exitCode} ${result.stderr}`).toContain(`${line}: 0`);
    }
  });
});

describe('coinlog log archive', () => {
  it(
    'moves events to files; payload, verify and rebuild read through them',
    { timeout: 60_000 },
    async () => {
      const show = () => run(['events', 'show', 'coingecko.markets', '2', '--payload']);
      const before = await show();
      const archived = await run(['log', 'archive', '--before', '2100-01-01', '--json']);
      expect(archived.json()).toMatchObject({
        // What was decided on identity goes with the pages.
        segments: [
          { stream: 'coingecko.markets', lastVersion: 3 },
          { stream: 'coinpaprika.tickers', lastVersion: 3 },
          { stream: 'identity' },
        ],
      });
      expect((await show()).stdout.equals(before.stdout)).toBe(true);
      expect((await run(['verify', '--json'])).json()).toMatchObject({ ok: true });
      expect((await run(['rebuild', '--verify', '--json'])).json()).toMatchObject({
        differences: { count: 0 },
      });
      const listed = await run(['events', 'list', '--stream', 'coingecko.markets', '--json']);
      expect(listed.json()).toMatchObject({ events: { length: 3 } });
    },
  );

  it('a missing file is exit 1 and named', async () => {
    const [file = ''] = await readdir(join(folder, 'archive', 'coingecko.markets'));
    const [there, away] = [join(folder, 'archive', 'coingecko.markets', file), join(folder, 'away')];
    await rename(there, away);
    const verified = await run(['verify']);
    const rebuilt = await run(['rebuild']);
    await rename(away, there);
    expect([verified.exitCode, rebuilt.exitCode]).toEqual([1, 1]);
    expect(verified.stdout.toString()).toContain(file);
    expect(rebuilt.stderr).toContain(file);
  });

  it('without ARCHIVE_URI: exit 2, and the variable', async () => {
    const archived = await run(['log', 'archive'], { ARCHIVE_URI: '' });
    const verified = await run(['verify'], { ARCHIVE_URI: '' });
    expect([archived.exitCode, verified.exitCode]).toEqual([2, 2]);
    expect(archived.stderr + verified.stderr).toMatch(/ARCHIVE_URI: set it[\s\S]*ARCHIVE_URI: events 1 to 3/);
    const wrong = await run(['status'], { ARCHIVE_URI: 'ftp://x' });
    expect(wrong.exitCode).toBe(2);
    expect((await run(['log', 'archive', '--before', 'soon'])).exitCode).toBe(2);
  });
});

describe('coinlog log redact', () => {
  it('removes a payload from the archive, and what it had decided from the answers', async () => {
    const redacted = await run(['log', 'redact', 'coingecko.markets', '2', '--reason', 'test', '--json']);
    expect(redacted.json()).toMatchObject({ events: 1, where: 'archive' });
    expect((await run(['events', 'show', 'coingecko.markets', '2', '--payload'])).stdout.byteLength).toBe(0);
    expect((await run(['verify', '--json'])).json()).toMatchObject({ ok: true });
    expect((await run(['rebuild', '--verify', '--json'])).json()).toMatchObject({
      snapshots: 289,
      differences: { count: 0 },
    });
    expect((await run(['log', 'redact', 'coingecko.markets', '2'])).exitCode).toBe(2);
  });
});
