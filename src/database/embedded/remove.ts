import { lstat, readdir, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { EmbeddedServerError, unless } from './errors.ts';
import { followLink } from './home.ts';
import { clearLeftovers, temporaryName } from './leftovers.ts';
import { runningPid } from './postmaster.ts';
import { socketFolder } from './socket.ts';

/**
 * Deletes the data, for ever: the data directory, where it leads to as a symlink, and the socket's folder.
 * Throws EmbeddedServerError, and deletes nothing, while a server runs there or when it holds something else.
 * Without data there it does nothing.
 */
export async function removeEmbedded(dataDir: string): Promise<void> {
  const path = resolve(dataDir);
  if (!(await unless(lstat(dirname(path)), ['ENOENT'], null))) return;
  const direct = join(await realpath(dirname(path)), basename(path));
  const real = (await followLink(direct)) ?? direct;
  const entries: string[] = await unless(readdir(real), ['ENOENT'], []);
  if (entries.length > 0 && !entries.includes('PG_VERSION')) {
    throw new EmbeddedServerError(`${real} holds no database: nothing was deleted`);
  }
  const pid = await runningPid(real);
  if (pid !== null) {
    throw new EmbeddedServerError(
      `PostgreSQL (process ${pid}) still runs in ${real}: stop every coinlog that uses it first`,
    );
  }
  // Out of the way in one step, so that a start at the same moment finds all of it or nothing.
  const doomed = temporaryName(real);
  await unless(rename(real, doomed), ['ENOENT'], undefined);
  await rm(doomed, { recursive: true, force: true });
  if (real !== direct) await rm(direct, { force: true });
  if (socketFolder(real) !== real) await rm(socketFolder(real), { recursive: true, force: true });
  await clearLeftovers(real);
}
