import { randomUUID } from 'node:crypto';
import { access, constants, copyFile, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CoinlogError, messageOf } from '../../errors.ts';
import type { ArchiveStore } from './store.ts';

// Longer than the largest segment takes to copy: an unfinished file this old belongs to a process that died.
const leftoverAfterMs = 60 * 60 * 1000;

/** Keeps archive files in a folder, made when it is missing. `root` is absolute; names are checked by openStore. */
export function createFolderStore(root: string): ArchiveStore {
  const doing = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      if (cause instanceof CoinlogError) throw cause;
      throw new CoinlogError(
        'ARCHIVE_UNREACHABLE',
        `Could not ${what} ${root}: ${messageOf(cause)}. Check that the folder is mounted, may be read and written, and has space.`,
        { cause },
      );
    }
  };
  return {
    where: root,
    async put(name, path) {
      // A local file that cannot be read is no fault of the archive.
      await access(path, constants.R_OK);
      await doing(`store ${name} in`, () => putFile(root, join(root, name), path));
    },
    size: (name) =>
      doing(`look for ${name} in`, async () => {
        const found = await orNull(stat(join(root, name)));
        return found?.isFile() ? found.size : null;
      }),
    read: (name, from, bytes) =>
      doing(`read ${name} from`, async () => {
        const found = await readRange(join(root, name), from, bytes);
        if (found) return found;
        throw new CoinlogError(
          'ARCHIVE_FILE_MISSING',
          `The archive file ${name} is missing from ${root}: put it back, mount the folder, or correct ARCHIVE_URI.`,
        );
      }),
    remove: (name) => doing(`remove ${name} from`, () => rm(join(root, name), { force: true })),
    async close() {},
  };
}

/** A name appears by a rename of a file that is already durable; what a failure leaves has another name. */
async function putFile(root: string, target: string, path: string): Promise<void> {
  const folder = dirname(target);
  const firstMade = await mkdir(folder, { recursive: true });
  await removeLeftovers(folder);
  // A name of its own: two processes writing to one would rename each other's half.
  const part = join(folder, `.${basename(target)}.${randomUUID()}.part`);
  try {
    await copyFile(path, part, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    await sync(part);
    await rename(part, target);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  // A crash may have come between making a folder and here, so the archive's own are always synced.
  const top = firstMade !== undefined && firstMade.length <= root.length ? dirname(firstMade) : root;
  for (let at = folder; at.length >= top.length; at = dirname(at)) {
    await sync(at);
    if (at === dirname(at)) break;
  }
}

async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith('.') || !name.endsWith('.part')) continue;
    const path = join(folder, name);
    const found = await orNull(stat(path));
    if (found && Date.now() - found.mtimeMs > leftoverAfterMs) await rm(path, { force: true });
  }
}

async function sync(path: string): Promise<void> {
  await using file = await open(path, 'r');
  await file.sync();
}

async function readRange(path: string, from: number, bytes: number): Promise<Buffer | null> {
  const opened = await orNull(open(path, 'r'));
  if (!opened) return null;
  await using file = opened;
  const { size } = await file.stat();
  const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(bytes, size - from)));
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, from + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

async function orNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
