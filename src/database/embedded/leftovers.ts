import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { unless } from './errors.ts';

/** A name beside `path` for something half-made; it tells whose it is, so that `clearLeftovers` finds orphans. */
export function temporaryName(path: string): string {
  return `${path}.partial-${process.pid}-${randomBytes(4).toString('hex')}`;
}

/** Removes what processes that are gone left half-made beside `path`. */
export async function clearLeftovers(path: string): Promise<void> {
  const prefix = `${basename(path)}.partial-`;
  for (const name of await unless(readdir(dirname(path)), ['ENOENT'], [])) {
    if (!name.startsWith(prefix) || isAlive(Number.parseInt(name.slice(prefix.length), 10))) continue;
    // An initdb that outlived its parent may still write there: the next start gets what this one cannot.
    await unless(rm(join(dirname(path), name), { recursive: true, force: true }), ['ENOTEMPTY'], undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
