import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { CoinlogError } from '../../src/errors.ts';
import { openStore, type ArchiveStore } from '../../src/log/archive/store.ts';
import { startS3Server, type S3Server } from '../support/s3-server.ts';
import { waitFor } from '../support/wait-for.ts';

const name = 'coingecko.markets/0000000001-0000065536.zst';
// More than the 2 MB from which on the SDK asks before it sends, and more than one chunk of the stream.
const content = randomBytes(3_000_001);

let folder: string;
let source: string;
let server: S3Server;
const stores: ArchiveStore[] = [];

const open = (uri: string): ArchiveStore => {
  const store = openStore(uri);
  stores.push(store);
  return store;
};
const s3Uri = (endpoint: string, bucket = 'archive'): string =>
  `s3://${bucket}/coinlog/log?endpoint=${endpoint}&region=eu-central-1`;
const s3 = (): ArchiveStore => open(s3Uri(server.endpoint));
const inFolder = (): ArchiveStore => open(join(folder, 'made/on/the way'));

/** The error of work that must fail. */
const failure = async (work: Promise<unknown>): Promise<CoinlogError> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof CoinlogError) return error;
    throw error;
  }
  throw new Error('it did not fail');
};

const refusalOf = (uri: string): CoinlogError => {
  try {
    openStore(uri);
  } catch (error) {
    if (error instanceof CoinlogError) return error;
    throw error;
  }
  throw new Error(`${uri} was not refused`);
};

beforeAll(async () => {
  // Whatever the machine has of its own must not be found.
  for (const variable of ['AWS_PROFILE', 'AWS_SESSION_TOKEN', 'AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_S3']) {
    vi.stubEnv(variable, undefined);
  }
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere');
});
afterAll(() => vi.unstubAllEnvs());

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coinlog-store-'));
  source = join(folder, 'source');
  await writeFile(source, content);
  server = await startS3Server();
  vi.stubEnv('AWS_ACCESS_KEY_ID', server.credentials.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', server.credentials.secretAccessKey);
});
afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

describe.each([
  { kind: 'a folder', start: inFolder },
  { kind: 'a file URI', start: () => open(pathToFileURL(join(folder, 'by uri')).href) },
  { kind: 'S3', start: s3 },
])('the store in $kind', ({ start }) => {
  it('gives back the bytes it was given, whole and in parts', async () => {
    const store = start();
    await store.put(name, source);
    expect(await store.size(name)).toBe(content.length);
    expect((await store.read(name, 0, content.length)).equals(content)).toBe(true);
    expect(await store.read(name, 1_000_000, 17)).toEqual(content.subarray(1_000_000, 1_000_017));
  });

  it('gives fewer bytes only at the end of a file, and none beyond it', async () => {
    const store = start();
    await store.put(name, source);
    expect(await store.read(name, content.length - 3, 10)).toEqual(content.subarray(-3));
    expect(await store.read(name, content.length, 10)).toHaveLength(0);
    expect(await store.read(name, content.length + 5, 10)).toHaveLength(0);
    expect(await store.read(name, 0, 0)).toHaveLength(0);
  });

  it('keeps an empty file, which is not a missing one', async () => {
    const store = start();
    await truncate(source);
    await store.put(name, source);
    expect(await store.size(name)).toBe(0);
    expect(await store.read(name, 0, 10)).toHaveLength(0);
  });

  it('keeps each name its own file, and the last bytes put under it', async () => {
    const store = start();
    const names = ['a.zst', 'a/b.zst', 'a/b/c d+é%.zst'];
    for (const each of names) {
      await writeFile(source, `old ${each}`);
      await store.put(each, source);
      await writeFile(source, each);
      await store.put(each, source);
    }
    for (const each of names) expect((await store.read(each, 0, 100)).toString()).toBe(each);
  });

  it('says that a file is missing, and where from', async () => {
    const store = start();
    expect(await store.size(name)).toBeNull();
    for (const bytes of [0, 10]) {
      const error = await failure(store.read(name, 0, bytes));
      expect(error.code).toBe('ARCHIVE_FILE_MISSING');
      expect(error.message).toContain(name);
      expect(error.message).toContain(store.where);
    }
  });

  it('removes a file, and takes one that is gone for removed', async () => {
    const store = start();
    await store.remove(name);
    await store.put(name, source);
    await store.remove(name);
    expect(await store.size(name)).toBeNull();
    await store.remove(name);
  });

  it('does not take the blame for a local file that is not there', async () => {
    const store = start();
    await expect(store.put(name, join(folder, 'no source'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await store.size(name)).toBeNull();
  });

  it.each([
    '../escaped',
    'a/../../escaped',
    '/escaped',
    'a//b',
    'a/',
    '.',
    'a/..',
    '.hidden',
    'a\\..\\b',
    'a\0b',
    '',
  ])('refuses the name %j for everything', async (escaping) => {
    const store = start();
    const refused = 'an archive file cannot be called';
    await expect(store.put(escaping, source)).rejects.toThrow(refused);
    await expect(store.size(escaping)).rejects.toThrow(refused);
    await expect(store.read(escaping, 0, 1)).rejects.toThrow(refused);
    await expect(store.remove(escaping)).rejects.toThrow(refused);
    expect(await readdir(folder)).toEqual(['source']);
    expect(server.objects.size).toBe(0);
  });
});

describe('a store in a folder', () => {
  it('touches nothing until it is used', async () => {
    await inFolder().close();
    expect(await readdir(folder)).toEqual(['source']);
  });

  it('takes a relative path, and says which folder that is', async () => {
    const store = open(relative(process.cwd(), join(folder, 'archive')));
    await store.put(name, source);
    expect(store.where).toBe(join(folder, 'archive'));
    expect((await readFile(join(folder, 'archive', name))).equals(content)).toBe(true);
  });

  it('leaves nothing behind when there is no space for a whole file', async () => {
    // A limit on the size of a file ends the copy half way, as a full disk does.
    const child = putInChild(join(folder, 'archive'), 'ulimit -f 2048;');
    const [[code], said] = await Promise.all([once(child, 'exit'), child.stderr.toArray()]);
    expect({ code, said: said.join('') }).toMatchObject({ code: 1, said: expect.stringContaining('EFBIG') });
    expect(said.join('')).toContain('ARCHIVE_UNREACHABLE');
    expect(await readdir(join(folder, 'archive/coingecko.markets'))).toEqual([]);
  });

  it('leaves nothing behind when a whole copy cannot get its name', async () => {
    const store = open(join(folder, 'archive'));
    await store.put(name, source);
    // A folder has that name already.
    expect((await failure(store.put('coingecko.markets', source))).code).toBe('ARCHIVE_UNREACHABLE');
    expect(await readdir(store.where)).toEqual(['coingecko.markets']);
  });

  it('never shows half a file, even to those who come after a crash', async () => {
    await truncate(source, 256 * 1024 * 1024);
    const store = open(join(folder, 'archive'));
    const child = putInChild(store.where);
    const exited = once(child, 'exit');
    const inside = join(folder, 'archive/coingecko.markets');
    await waitFor('the copy has begun', async () => (await bytesIn(inside)) > 0);
    child.kill('SIGKILL');
    await exited;
    // The disk may have been faster than the kill.
    expect([null, 256 * 1024 * 1024]).toContain(await store.size(name));
    await writeFile(source, content);
    await store.put(name, source);
    expect((await store.read(name, 0, content.length + 1)).equals(content)).toBe(true);
  });

  it('clears away what a crash left long ago, and nothing that may still be written', async () => {
    const store = open(folder);
    const inside = join(folder, 'coingecko.markets');
    await mkdir(inside);
    const twoHoursAgo = new Date(Date.now() - 2 * 3_600_000);
    for (const each of ['.old.zst.1.part', '.young.zst.1.part', 'old.zst']) {
      await writeFile(join(inside, each), 'x');
      if (!each.startsWith('.young')) await utimes(join(inside, each), twoHoursAgo, twoHoursAgo);
    }
    await store.put(name, source);
    expect((await readdir(inside)).sort()).toEqual([
      '.young.zst.1.part',
      '0000000001-0000065536.zst',
      'old.zst',
    ]);
  });

  it('says what to check when the folder cannot be one', async () => {
    const store = open(join(source, 'archive'));
    const works = [store.put(name, source), store.size(name), store.read(name, 0, 1)];
    for (const error of await Promise.all(works.map(failure))) {
      expect(error.code).toBe('ARCHIVE_UNREACHABLE');
      expect(error.message).toContain(store.where);
      expect(error.message).toContain('ENOTDIR');
      expect(error.message).toContain('mounted');
    }
  });
});

describe('a store in S3', () => {
  it('keeps an object under bucket, prefix and name', async () => {
    const store = s3();
    await store.put(name, source);
    expect(store.where).toBe('s3://archive/coinlog/log');
    expect([...server.objects.keys()]).toEqual([`archive/coinlog/log/${name}`]);
  });

  it('needs no prefix', async () => {
    const store = open(`s3://archive?endpoint=${server.endpoint}`);
    await store.put(name, source);
    expect(store.where).toBe('s3://archive');
    expect([...server.objects.keys()]).toEqual([`archive/${name}`]);
  });

  it('asks for nothing until it is used', async () => {
    await s3().close();
    expect(server.requests).toEqual([]);
  });

  it('says what to check when the secret is wrong, and prints no secret', async () => {
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'not the secret');
    const store = s3();
    const works = [store.put(name, source), store.size(name), store.read(name, 0, 1), store.remove(name)];
    for (const error of await Promise.all(works.map(failure))) {
      expect(error.code).toBe('ARCHIVE_UNREACHABLE');
      expect(error.message).toContain('bucket archive');
      expect(error.message).toContain('403');
      expect(error.message).toContain('AWS_SECRET_ACCESS_KEY');
      expect(error.message).not.toContain('not the secret');
    }
    expect(server.objects.size).toBe(0);
  });

  it('says how to give credentials when there are none', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
    const error = await failure(s3().put(name, source));
    expect(error.code).toBe('ARCHIVE_UNREACHABLE');
    expect(error.message).toContain('Set AWS_ACCESS_KEY_ID');
  });

  it('takes a bucket that is not there for a fault, not for a missing file', async () => {
    const store = open(s3Uri(server.endpoint, 'other'));
    const works = [store.put(name, source), store.size(name), store.read(name, 0, 1), store.remove(name)];
    for (const error of await Promise.all(works.map(failure))) {
      expect(error.code).toBe('ARCHIVE_UNREACHABLE');
      expect(error.message).toContain('Create bucket other');
    }
  });

  it('does not call a file missing that it may only not see', async () => {
    server.hideMissing();
    const store = s3();
    for (const error of await Promise.all([store.size(name), store.read(name, 0, 1)].map(failure))) {
      expect(error.code).toBe('ARCHIVE_UNREACHABLE');
      expect(error.message).toContain('may list bucket archive');
    }
  });

  it('tries everything again when the server is busy', async () => {
    const store = s3();
    server.failNext(2);
    await store.put(name, source);
    server.failNext(2);
    expect(await store.size(name)).toBe(content.length);
    server.failNext(2);
    expect((await store.read(name, 0, content.length)).equals(content)).toBe(true);
    server.failNext(2);
    await store.remove(name);
    expect(server.objects.size).toBe(0);
  });

  it('gives up on a server that stays busy', async () => {
    server.failNext(100);
    const error = await failure(s3().put(name, source));
    expect(error.code).toBe('ARCHIVE_UNREACHABLE');
    expect(error.message).toContain('503');
    expect(server.requests).toHaveLength(4);
  });

  it('sends a file again from its start when the connection breaks half way', async () => {
    server.cutNext(2);
    await s3().put(name, source);
    expect(server.objects.get(`archive/coinlog/log/${name}`)?.equals(content)).toBe(true);
    expect(server.requests).toHaveLength(3);
  });

  it('never stores a file that was damaged on its way', async () => {
    server.damageNext(2);
    await s3().put(name, source);
    expect(server.objects.get(`archive/coinlog/log/${name}`)?.equals(content)).toBe(true);
    expect(server.requests).toHaveLength(3);
  });

  it('asks again when an answer breaks off, and never returns a part as the whole', async () => {
    const store = s3();
    await store.put(name, source);
    server.cutNext(2);
    expect((await store.read(name, 0, content.length)).equals(content)).toBe(true);
    server.cutNext(100);
    expect((await failure(store.read(name, 0, content.length))).message).toContain('broke off');
  });

  it('says which endpoint does not answer', async () => {
    const unused = createServer().listen(0, '127.0.0.1');
    await once(unused, 'listening');
    const address = unused.address();
    const endpoint = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
    unused.close();
    await once(unused, 'close');
    const store = open(s3Uri(endpoint));
    const works = [store.put(name, source), store.size(name), store.read(name, 0, 1), store.remove(name)];
    for (const error of await Promise.all(works.map(failure))) {
      expect(error.code).toBe('ARCHIVE_UNREACHABLE');
      expect(error.message).toContain('ECONNREFUSED');
      expect(error.message).toContain(`Check that ${endpoint} can be reached`);
    }
  });
});

describe('ARCHIVE_URI', () => {
  it.each([
    's3://MINE:hidden@bucket/prefix',
    's3://hidden@bucket/prefix',
    's3://MINE:hid/den@bucket/prefix',
    's3://MINE:12/hidden@bucket',
    's3://MINE/hidden@bucket',
    's3://bucket/prefix?endpoint=http://MINE:hidden@127.0.0.1:9000',
    's3://bucket/prefix?secret_access_key=hidden',
  ])('refuses credentials without repeating them: %s', (uri) => {
    const error = refusalOf(uri);
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toMatch(/^ARCHIVE_URI: /);
    expect(error.message).not.toMatch(/hid|MINE/);
  });

  it.each([
    ['', 'empty'],
    ['gs://bucket/prefix', 'gs: is not supported'],
    ['s3:', 'no bucket'],
    ['s3:bucket', 'no bucket'],
    ['s3:///prefix', 'no bucket'],
    ['s3://bucket?endpoint=127.0.0.1:9000', 'endpoint is'],
    ['s3://bucket?endpoint=ftp://127.0.0.1', 'endpoint is'],
    ['s3://bucket?path_style=yes', 'path_style'],
    ['s3://bucket/100%', 'not an escape'],
    ['file://host/path', 'file:///path'],
  ])('refuses %j and says why', (uri, why) => {
    const error = refusalOf(uri);
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toMatch(/^ARCHIVE_URI: /);
    expect(error.message).toContain(why);
  });
});

const storeModule = new URL('../../src/log/archive/store.ts', import.meta.url).href;

/** Puts the source in a process of its own, with what the shell does before; 1 and the error's code when it fails. */
function putInChild(archive: string, shell = '') {
  const program = `
    const { openStore } = await import(${JSON.stringify(storeModule)});
    const [, archive, name, source] = process.argv;
    try {
      await openStore(archive).put(name, source);
    } catch (error) {
      process.stderr.write(error.code + ' ' + error.message);
      process.exitCode = 1;
    }`;
  const inputs = [process.execPath, '--input-type=module', '-e', program, archive, name, source];
  return spawn('bash', ['-c', `${shell} exec "$0" "$@"`, ...inputs], { stdio: ['ignore', 'ignore', 'pipe'] });
}

async function bytesIn(path: string): Promise<number> {
  let bytes = 0;
  for (const each of await readdir(path).catch(() => [])) bytes += (await stat(join(path, each))).size;
  return bytes;
}
