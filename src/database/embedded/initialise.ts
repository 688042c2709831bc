import { chmod, lchown, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Binaries } from './binaries.ts';
import { EmbeddedServerError, unless } from './errors.ts';
import type { Home } from './home.ts';
import { clearLeftovers, temporaryName } from './leftovers.ts';
import type { OsUser } from './os-user.ts';
import { runProgram } from './run-program.ts';

/** The superuser, who owns the database `coinlog` and runs the migrations. */
export const ownerRole = 'coinlog_owner';

/**
 * Makes the data directory when there is none. It is made beside its place and renamed into it, so that it is there
 * whole or not at all; of two processes at once the second throws its own away.
 * Throws EmbeddedServerError for the data of another major version, of another user, or of another program.
 */
export async function initialise(home: Home, binaries: Binaries, options: { sync: boolean }): Promise<void> {
  const { dataDir, user } = home;
  if (await holdsDatabase(home, binaries.major)) return;
  await clearLeftovers(dataDir);
  const temporary = temporaryName(dataDir);
  try {
    await mkdir(temporary, { mode: 0o700 });
    if (user.switched) await lchown(temporary, user.uid, user.gid);
    await runProgram(binaries.initdb, initdbArguments(temporary, options.sync), user);
    await unless(rename(temporary, dataDir), ['ENOTEMPTY', 'EEXIST'], undefined);
    // Else a power failure could undo the renaming after commits were promised.
    if (options.sync) await syncFolder(dirname(dataDir));
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

function initdbArguments(dataDir: string, sync: boolean): string[] {
  // The locale sorts by code point and knows the case of every letter, on every system alike.
  const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const access = ['--auth-local=peer', '--auth-host=reject'];
  const durability = sync ? [] : ['--no-sync'];
  return [
    '-D',
    dataDir,
    '-U',
    ownerRole,
    '-E',
    'UTF8',
    '--data-checksums',
    ...locale,
    ...access,
    ...durability,
  ];
}

async function holdsDatabase({ dataDir, user }: Home, major: string): Promise<boolean> {
  const found = await unless(readFile(join(dataDir, 'PG_VERSION'), 'utf8'), ['ENOENT'], null);
  if (found === null) {
    if ((await unless(readdir(dataDir), ['ENOENT'], [])).length === 0) return false;
    // It may have been put there between the two looks.
    if (await unless(stat(join(dataDir, 'PG_VERSION')), ['ENOENT'], null)) return true;
    throw new EmbeddedServerError(`${dataDir} is not empty and holds no database: choose another folder`);
  }
  if (found.trim() !== major) {
    throw new EmbeddedServerError(
      `${dataDir} was made by PostgreSQL ${found.trim()} and this is PostgreSQL ${major}: dump it with the old ` +
        'version, or move it away to start anew',
    );
  }
  // Copied back by root, say from a backup.
  if (user.switched && (await stat(dataDir)).uid !== user.uid) await ownAll(dataDir, user);
  return true;
}

async function ownAll(path: string, user: OsUser): Promise<void> {
  await lchown(path, user.uid, user.gid);
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) await ownAll(inner, user);
    else await lchown(inner, user.uid, user.gid);
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * Lets in, without a password, whoever the kernel says is the server's own user or root; no one else. Written before
 * every launch, since data may have changed its owner.
 */
export async function writeAccessRules({ dataDir, user }: Home): Promise<void> {
  const names = [...new Set([user.name ?? 'root', 'root'])];
  const map = names.map((name) => `coinlog "${name}" all\n`).join('');
  await replaceFile(join(dataDir, 'pg_ident.conf'), map, user);
  await replaceFile(join(dataDir, 'pg_hba.conf'), 'local all all peer map=coinlog\n', user);
}

async function replaceFile(path: string, text: string, user: OsUser): Promise<void> {
  if ((await unless(readFile(path, 'utf8'), ['ENOENT'], null)) === text) return;
  const temporary = temporaryName(path);
  await writeFile(temporary, text, { flag: 'wx' });
  await chmod(temporary, 0o600);
  if (user.switched) await lchown(temporary, user.uid, user.gid);
  await rename(temporary, path);
}
