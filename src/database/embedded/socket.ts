import { createHash } from 'node:crypto';
import { chmod, lchown, lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedServerError, unless } from './errors.ts';
import type { Home } from './home.ts';

/** Only part of the socket's name: the server listens on no network port. */
export const port = 5432;

/** What the kernels take in bytes, without the closing zero: Linux 107, macOS 103. */
const pathBytesMax = 103;

/** The path of the socket within a folder, as PostgreSQL names it. */
export function socketPath(folder: string): string {
  return join(folder, `.s.PGSQL.${port}`);
}

/**
 * The folder of the socket: the data directory, or where its path is too long for a socket, one in `/tmp` named by
 * its hash. Not in TMPDIR, which differs between a terminal and cron, who are to find the same server.
 */
export function socketFolder(dataDir: string): string {
  if (Buffer.byteLength(socketPath(dataDir)) <= pathBytesMax) return dataDir;
  return join('/tmp', `coinlog-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`);
}

/** Makes the folder where it is not the data directory. Throws EmbeddedServerError when another user has taken it. */
export async function makeSocketFolder({ dataDir, user }: Home): Promise<string> {
  const folder = socketFolder(dataDir);
  if (folder === dataDir) return folder;
  await unless(mkdir(folder, { mode: 0o700 }), ['EEXIST'], undefined);
  const found = await lstat(folder);
  const ours = found.uid === user.uid || (user.switched && found.uid === 0);
  if (!found.isDirectory() || !ours) {
    throw new EmbeddedServerError(`${folder}, where the server's socket belongs, is taken by another user`);
  }
  if (found.uid !== user.uid) await lchown(folder, user.uid, user.gid);
  await chmod(folder, 0o700);
  return folder;
}
