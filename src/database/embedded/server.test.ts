import { spawn, spawnSync } from 'node:child_process';
import { access, chown, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { runningPid } from './postmaster.ts';
import { type ConnectionOptions, EmbeddedServerError, removeEmbedded } from './server.ts';
import { socketFolder, socketPath } from './socket.ts';
import { createBench, query, until } from './test-bench.fixture.ts';

let bench = createBench();
afterEach(async () => {
  await bench.cleanUp();
  bench = createBench();
});

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
const shares = (owner: ConnectionOptions) =>
  query({ ...owner, database: 'postgres' }, async (sql) => {
    const rows =
      await sql`select from pg_locks where locktype = 'advisory' and mode = 'ShareLock' and granted`;
    return rows.length;
  });

test('a fresh folder becomes a UTF-8 database with checksums, a superuser and a role without rights', async () => {
  const server = await bench.start(join(await bench.folder(), 'nested', 'data'));
  expect(server.adopted).toBe(false);
  const [owner] = await query(
    server.owner,
    (sql) => sql`
      select current_user as name, rolsuper as super, current_setting('data_checksums') as checksums,
        current_setting('server_encoding') as encoding, current_setting('timezone') as zone, lower('Ä') as lower,
        current_setting('listen_addresses') as network
      from pg_roles where rolname = current_user`,
  );
  const expected = { super: true, checksums: 'on', encoding: 'UTF8', zone: 'UTC', lower: 'ä', network: '' };
  expect(owner).toEqual({ name: 'coinlog_owner', ...expected });
  const [app] = await query(
    server.app,
    (sql) => sql`
      select current_user as name, current_database() as database, rolsuper or rolcreatedb or rolcreaterole as mighty,
        has_schema_privilege('public', 'create') as creates
      from pg_roles where rolname = current_user`,
  );
  expect(app).toEqual({ name: 'coinlog', database: 'coinlog', mighty: false, creates: false });
});

test('data outlives the server, and closing twice is closing once', async () => {
  const dataDir = join(await bench.folder(), 'data');
  const first = await bench.start(dataDir);
  await query(first.owner, (sql) => sql`create table kept as select 42 as answer`);
  await Promise.all([first.close(), first.close()]);
  await first.close();
  expect(await exists(join(dataDir, 'postmaster.pid'))).toBe(false);
  const second = await bench.start(dataDir);
  expect(second.adopted).toBe(false);
  expect(await query(second.owner, (sql) => sql`select answer from kept`)).toEqual([{ answer: 42 }]);
  await second.close();
});

test('processes that start a fresh folder at the same moment share one server', async () => {
  const dataDir = join(await bench.folder(), 'data');
  const [one, two, three] = await Promise.all([
    bench.holder(dataDir),
    bench.holder(dataDir),
    bench.start(dataDir),
  ]);
  expect([one, two, three].filter(({ adopted }) => !adopted)).toHaveLength(1);
  expect(await shares(three.owner)).toBe(3);
});

test('the last one out stops the server, and only the last', async () => {
  const dataDir = join(await bench.folder(), 'data');
  const first = await bench.start(dataDir);
  const second = await bench.holder(dataDir);
  expect(second.adopted).toBe(true);
  await first.close();
  expect(await runningPid(dataDir)).not.toBeNull();
  await second.leave();
  expect(await exists(join(dataDir, 'postmaster.pid'))).toBe(false);
});

test('a holder killed outright leaves a server that the next one adopts and can stop', async () => {
  const dataDir = join(await bench.folder(), 'data');
  await (await bench.holder(dataDir)).kill();
  const next = await bench.start(dataDir);
  expect(next.adopted).toBe(true);
  await until(async () => (await shares(next.owner)) === 1);
  await next.close();
  expect(await exists(join(dataDir, 'postmaster.pid'))).toBe(false);
});

test('whoever comes while the server is being stopped gets a working one', async () => {
  const dataDir = join(await bench.folder(), 'data');
  let last = await bench.start(dataDir);
  for (let round = 0; round < 5; round += 1) {
    const [next] = await Promise.all([bench.start(dataDir), last.close()]);
    expect(await query(next.app, (sql) => sql`select 1 as one`)).toEqual([{ one: 1 }]);
    last = next;
  }
  await last.close();
  expect(await runningPid(dataDir)).toBeNull();
});

test('a share survives the crash of a backend, which makes the server forget every lock', async () => {
  const dataDir = join(await bench.folder(), 'data');
  const server = await bench.start(dataDir);
  const other = await bench.holder(dataDir);
  const sharers = async (): Promise<number[]> =>
    query(server.owner, async (sql) => {
      const rows = await sql<{ pid: number }[]>`
        select pid from pg_stat_activity where application_name = 'coinlog share'`;
      return rows.map(({ pid }) => pid);
    });
  const [killed = 0] = await sharers();
  process.kill(killed, 'SIGKILL');
  // Not the state of before, which lasts for a moment after the kill: that the session is another one says so.
  await until(async () => {
    const now = await sharers().catch(() => [killed]);
    return !now.includes(killed) && (await shares(server.owner).catch(() => 0)) === 2;
  });
  await other.leave();
  expect(await query(server.app, (sql) => sql`select 1 as one`)).toEqual([{ one: 1 }]);
  await server.close();
  expect(await runningPid(dataDir)).toBeNull();
});

test('a server killed outright is started again, and those who had it close in peace', async () => {
  const dataDir = join(await bench.folder(), 'data');
  const before = await bench.start(dataDir);
  await query(before.owner, (sql) => sql`create table kept as select 42 as answer`);
  process.kill((await runningPid(dataDir)) ?? 0, 'SIGKILL');
  await until(async () => (await runningPid(dataDir)) === null);
  const after = await bench.start(dataDir);
  expect(after.adopted).toBe(false);
  expect(await query(after.owner, (sql) => sql`select answer from kept`)).toEqual([{ answer: 42 }]);
  await Promise.all([before.close(), after.close()]);
  expect(await runningPid(dataDir)).toBeNull();
});

test('a server killed under its users is started again by them, and closing is quick', async () => {
  const server = await bench.start(join(await bench.folder(), 'data'));
  process.kill((await runningPid(server.dataDir)) ?? 0, 'SIGKILL');
  await until(async () => (await query(server.app, (sql) => sql`select 1`).catch(() => [])).length === 1);
  await until(async () => (await shares(server.owner).catch(() => 0)) === 1);
  await server.close();
  expect(await runningPid(server.dataDir)).toBeNull();
});

test('lock files whose pid has gone to another living process do not keep the server down', async () => {
  const dataDir = join(await bench.folder(), 'data');
  await (await bench.start(dataDir)).close();
  const { uid, gid } = await stat(dataDir);
  const stranger = spawn('sleep', ['600'], process.getuid?.() === 0 ? { uid, gid } : {});
  try {
    const folder = socketFolder(dataDir);
    const lock = `${stranger.pid}\n${dataDir}\n1700000000\n5432\n${folder}\n\n  1 1\nready\n`;
    for (const path of [join(dataDir, 'postmaster.pid'), `${socketPath(folder)}.lock`]) {
      await writeFile(path, lock, { mode: 0o600 });
      await chown(path, uid, gid);
    }
    const server = await bench.start(dataDir);
    expect(server.adopted).toBe(false);
    await server.close();
    expect(stranger.exitCode).toBeNull();
  } finally {
    stranger.kill('SIGKILL');
  }
});

test('a path too long for a socket works, and leaves nothing when it is removed', async () => {
  const dataDir = join(await bench.folder(), 'long-'.repeat(30), 'data');
  const server = await bench.start(dataDir);
  expect(Buffer.byteLength(server.app.path ?? '')).toBeLessThan(107);
  expect(await query(server.app, (sql) => sql`select 1 as one`)).toEqual([{ one: 1 }]);
  await server.close();
  expect(await exists(server.app.host)).toBe(true);
  await removeEmbedded(dataDir);
  expect(await exists(server.app.host)).toBe(false);
  expect(await exists(dataDir)).toBe(false);
});

test('nothing is removed while a server runs, nor what is no database', async () => {
  const folder = await bench.folder();
  const dataDir = join(folder, 'data');
  const server = await bench.start(dataDir);
  await expect(removeEmbedded(dataDir)).rejects.toThrow('still runs');
  expect(await query(server.app, (sql) => sql`select 1 as one`)).toEqual([{ one: 1 }]);
  await writeFile(join(folder, 'notes.txt'), 'mine');
  await expect(removeEmbedded(folder)).rejects.toThrow('nothing was deleted');
  await server.close();
  await removeEmbedded(dataDir);
  await removeEmbedded(dataDir);
  expect(await exists(dataDir)).toBe(false);
  expect(await readFile(join(folder, 'notes.txt'), 'utf8')).toBe('mine');
});

test('the data of another major version and the files of another program are refused, untouched', async () => {
  const folder = await bench.folder();
  await mkdir(join(folder, 'old'));
  await writeFile(join(folder, 'old', 'PG_VERSION'), '17\n');
  await expect(bench.start(join(folder, 'old'))).rejects.toThrow(
    /made by PostgreSQL 17 and this is PostgreSQL 18/,
  );
  await mkdir(join(folder, 'photos'));
  await writeFile(join(folder, 'photos', 'cat.jpg'), 'meow');
  await expect(bench.start(join(folder, 'photos'))).rejects.toThrow(/not empty and holds no database/);
  expect(await readFile(join(folder, 'photos', 'cat.jpg'), 'utf8')).toBe('meow');
});

test('what a killed initdb left half-made is cleared', async () => {
  const dataDir = join(await bench.folder(), 'data');
  const gone = spawnSync('true').pid;
  const leftover = `${dataDir}.partial-${gone}-0badcafe`;
  await mkdir(leftover);
  await writeFile(join(leftover, 'PG_VERSION'), '18\n');
  await bench.start(dataDir);
  expect(await exists(leftover)).toBe(false);
});

test('a server that cannot start says why in the words of its log', async () => {
  const dataDir = join(await bench.folder(), 'data');
  const error: unknown = await bench.start(dataDir, { work_mem: 'plenty' }).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(EmbeddedServerError);
  expect(String(error)).toMatch(/did not start.*invalid value for parameter "work_mem": "plenty"/s);
});
