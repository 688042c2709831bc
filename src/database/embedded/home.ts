import { createHash } from 'node:crypto';
import {
  chmod,
  lstat,
  mkdir,
  readdir,
  readlink,
  realpath,
  rename,
  rmdir,
  stat,
  symlink,
} from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { EmbeddedServerError, unless } from './errors.ts';
import { temporaryName } from './leftovers.ts';
import { chooseOsUser, type OsUser } from './os-user.ts';
import { canReach } from './reach.ts';

/** Where root keeps what an unprivileged server must reach when the project itself is out of its reach. */
export const systemDir = '/var/lib/coinlog';

/** Where the data of a server really is, and who runs it. */
export interface Home {
  /** Without symlinks; need not exist yet, but its parent does. */
  dataDir: string;
  user: OsUser;
}

/**
 * Settles where the data lives: at `dataDir`, or where that leads to as a symlink, or, when we are root and the
 * server's user cannot reach it (a project in `/root`), in `systemDir` with `dataDir` as a symlink to it.
 */
export async function settleHome(dataDir: string, within = systemDir): Promise<Home> {
  const path = resolve(dataDir);
  const found = await unless(stat(path), ['ENOENT'], null);
  const user = await chooseOsUser(found && { uid: found.uid, gid: found.gid });
  if (found && !user.switched && found.uid !== user.uid) {
    throw new EmbeddedServerError(
      `${path} belongs to another user (uid ${found.uid}): run coinlog as that user`,
    );
  }
  const linked = await followLink(path);
  if (linked) {
    if (user.switched && !(await canReach(dirname(linked), user))) throw unreachable(linked, user);
    return { dataDir: linked, user };
  }
  await mkdir(dirname(path), { recursive: true });
  const parent = await realpath(dirname(path));
  const direct = join(parent, basename(path));
  if (!user.switched || (await canReach(parent, user))) return { dataDir: direct, user };
  return { dataDir: await moveOut(direct, within, user), user };
}

/** Where an existing symlink leads to, its target's parent made if need be; null when `path` is none. */
export async function followLink(path: string): Promise<string | null> {
  const entry = await unless(lstat(path), ['ENOENT'], null);
  if (!entry?.isSymbolicLink()) return null;
  const target = resolve(dirname(path), await readlink(path));
  await mkdir(dirname(target), { recursive: true });
  return (await followLink(target)) ?? join(await realpath(dirname(target)), basename(target));
}

async function moveOut(path: string, within: string, user: OsUser): Promise<string> {
  const target = join(within, createHash('sha256').update(path).digest('hex').slice(0, 16));
  await mkdir(within, { recursive: true });
  await chmod(within, 0o755);
  const taken = await unless(readdir(path), ['ENOENT'], []);
  if (taken.length > 0) {
    // Another process may have put the link there just now.
    const linked = await followLink(path);
    if (linked) return linked;
    throw unreachable(path, user);
  }
  await unless(rmdir(path), ['ENOENT', 'ENOTDIR'], undefined);
  const link = temporaryName(path);
  await symlink(target, link);
  await rename(link, path);
  return target;
}

function unreachable(path: string, user: OsUser): EmbeddedServerError {
  return new EmbeddedServerError(
    `the user ${user.name ?? user.uid}, who runs PostgreSQL since root cannot, cannot reach ${path}: ` +
      'move the data out of the private folder and set EMBEDDED_DATA_DIR to it',
  );
}
