import { createWriteStream } from 'node:fs';
import { glob, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const readable = /\.(csv|tsv)(\.gz)?$/i;
const isPattern = (path: string): boolean => /[*?[\]{}]/.test(path);

async function matching(pattern: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const path of glob(pattern)) paths.push(path);
  if (paths.length === 0) throw new Error('no file matches');
  return paths.sort();
}

/**
 * The files to read below a path: itself; of a folder what is called `.csv` or `.tsv`, packed or not; of a pattern what
 * it matches. Sorted by name. Throws what the file system throws when there is no such path.
 */
export async function inputFiles(path: string): Promise<string[]> {
  const found = await stat(path).catch((error: unknown) => {
    if (isPattern(path)) return null;
    throw error;
  });
  if (found === null) return matching(path);
  if (!found.isDirectory()) return [path];
  const entries = await readdir(path, { withFileTypes: true });
  const names = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  return names
    .filter((name) => readable.test(name))
    .sort()
    .map((name) => join(path, name));
}

// A writer that has paused for this long has most likely ended; one that has not is found out by the digest.
const stableAfterMs = 5_000;

/** Whether nobody has written to a file just now: what is half there is left to the next look. A time ahead is no news. */
export const isStable = (modifiedAt: Date, now: Date): boolean =>
  Math.abs(now.getTime() - modifiedAt.getTime()) >= stableAfterMs;

export interface Spooled {
  path: string;
  remove(): Promise<void>;
}

/** What comes on a stream, as a file: its digest has to be known before its first row is read. */
export async function spool(input: NodeJS.ReadableStream, name: string): Promise<Spooled> {
  const folder = await mkdtemp(join(tmpdir(), 'coinlog-spool-'));
  const path = join(folder, basename(name));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await pipeline(input, createWriteStream(path));
    return { path, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
