import { access, chown, lstat, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { copyOnce } from './binaries.ts';
import { settleHome, systemDir } from './home.ts';
import { parsePasswd } from './os-user.ts';
import { runningPid } from './postmaster.ts';
import { canReach } from './reach.ts';
import { removeEmbedded } from './server.ts';
import { makeSocketFolder, socketFolder } from './socket.ts';
import { createBench, query } from './test-bench.fixture.ts';

let bench = createBench();
afterEach(async () => {
  await bench.cleanUp();
  bench = createBench();
});

const nobody = parsePasswd(await readFile('/etc/passwd', 'utf8')).find(({ name }) => name === 'nobody');
const nobodyReaches = nobody
  ? (await canReach(process.execPath, nobody)) && (await canReach(import.meta.dirname, nobody))
  : false;

describe.skipIf(process.getuid?.() !== 0)('as root', () => {
  test('the server runs as an unprivileged user who owns the data', async () => {
    const dataDir = join(await bench.folder(), 'data');
    const server = await bench.start(dataDir);
    const { uid } = await stat(dataDir);
    expect(uid).not.toBe(0);
    const status = await readFile(`/proc/${await runningPid(dataDir)}/status`, 'utf8');
    expect(status).toMatch(new RegExp(`^Uid:\\t${uid}\\t${uid}\\t${uid}\\t`, 'm'));
    expect(status).toMatch(/^Groups:\t\s*$/m);
    await server.close();
  });

  test('data in a private folder lives where its server reaches it, with a symlink in its place', async () => {
    const dataDir = join(await bench.folder(0o700), 'data');
    const server = await bench.start(dataDir);
    expect(server.dataDir.startsWith(`${systemDir}/`)).toBe(true);
    expect((await lstat(dataDir)).isSymbolicLink()).toBe(true);
    await query(server.owner, (sql) => sql`create table kept as select 42 as answer`);
    const second = await bench.holder(dataDir);
    expect(second).toMatchObject({ adopted: true, dataDir: server.dataDir });
    await second.leave();
    await server.close();
    const again = await bench.start(dataDir);
    expect(await query(again.owner, (sql) => sql`select answer from kept`)).toEqual([{ answer: 42 }]);
    await again.close();
    await removeEmbedded(dataDir);
    await expect(lstat(dataDir)).rejects.toThrow('ENOENT');
    await expect(access(server.dataDir)).rejects.toThrow('ENOENT');
  });

  test('two processes that settle the same private folder at once agree where it is', async () => {
    const [folder, within] = [await bench.folder(0o700), await bench.folder()];
    const homes = await Promise.all([1, 2, 3].map(() => settleHome(join(folder, 'data'), within)));
    expect(new Set(homes.map(({ dataDir }) => dataDir)).size).toBe(1);
    expect(homes[0]?.dataDir.startsWith(within)).toBe(true);
  });

  test('programs out of reach are copied whole and for everyone, once', async () => {
    const [from, within] = [await bench.folder(0o700), await bench.folder()];
    await mkdir(join(from, 'bin'), { mode: 0o700 });
    const tool = join(from, 'bin', 'tool');
    await writeFile(tool, 'one', { mode: 0o700 });
    const to = join(within, 'deep', 'programs');
    await Promise.all([copyOnce(from, to), copyOnce(from, to)]);
    expect(await canReach(join(to, 'bin', 'tool'), { uid: 65_534, gid: 65_534 })).toBe(true);
    await writeFile(tool, 'two');
    await copyOnce(from, to);
    expect(await readFile(join(to, 'bin', 'tool'), 'utf8')).toBe('one');
  });

  test('a folder for the socket that another user has taken is refused', async () => {
    const dataDir = join(await bench.folder(), 'long-'.repeat(30));
    const home = await settleHome(dataDir);
    const folder = socketFolder(dataDir);
    await mkdir(folder, { mode: 0o777 });
    try {
      await chown(folder, home.user.uid + 1, home.user.gid);
      await expect(makeSocketFolder(home)).rejects.toThrow('taken by another user');
      await chown(folder, home.user.uid, home.user.gid);
      expect(await makeSocketFolder(home)).toBe(folder);
      expect((await stat(folder)).mode & 0o777).toBe(0o700);
    } finally {
      await removeEmbedded(dataDir);
    }
  });

  test.skipIf(!nobodyReaches)("an ordinary user's server is adopted and stopped by root", async () => {
    if (!nobody) return;
    const folder = await bench.folder();
    await chown(folder, nobody.uid, nobody.gid);
    const dataDir = join(folder, 'data');
    const first = await bench.holder(dataDir, { uid: nobody.uid, gid: nobody.gid });
    expect(first).toEqual(expect.objectContaining({ adopted: false, dataDir }));
    expect((await stat(dataDir)).uid).toBe(nobody.uid);
    const second = await bench.holder(dataDir, { uid: nobody.uid, gid: nobody.gid });
    await first.leave();
    const root = await bench.start(dataDir);
    expect(root.adopted).toBe(true);
    await second.leave();
    expect(await query(root.app, (sql) => sql`select 1 as one`)).toEqual([{ one: 1 }]);
    await root.close();
    expect(await runningPid(dataDir)).toBeNull();
    const restarted = await bench.start(dataDir);
    expect((await stat(join(dataDir, 'server.log'))).uid).toBe(nobody.uid);
    await restarted.close();
  });
});
