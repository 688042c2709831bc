import { createHash } from 'node:crypto';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { CoinlogError } from '../errors.ts';

/** A file as it was when it was opened. The same bytes are the same file, whatever its name. */
export interface OpenedFile {
  /** Stays with the bytes that were digested, also when another file takes the name. */
  handle: FileHandle;
  name: string;
  sha256: string;
  bytes: number;
  modifiedAt: Date;
  /** By its first bytes, whatever it is called. */
  packed: boolean;
}

/** Opens a file and reads it once for its digest, in bounded memory. The caller closes its handle. */
export async function openFile(path: string): Promise<OpenedFile> {
  // Before it is opened: a pipe would be waited for without end.
  if (!(await stat(path)).isFile()) throw new Error('it is no regular file');
  const handle = await open(path);
  try {
    const { size, mtime } = await handle.stat();
    const sha256 = createHash('sha256');
    for await (const part of partsOf(handle)) sha256.update(part);
    return {
      handle,
      name: basename(path),
      sha256: sha256.digest('hex'),
      bytes: size,
      modifiedAt: mtime,
      packed: await isGzip(handle),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function isGzip(handle: FileHandle): Promise<boolean> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
  return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
}

const partBytes = 256 * 1024;

export async function* partsOf(handle: FileHandle): AsyncGenerator<Uint8Array> {
  for (let position = 0; ;) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(partBytes), 0, partBytes, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

export const changed = (name: string): CoinlogError =>
  new CoinlogError(
    'FILE_REFUSED',
    `${name} was written to while it was read: ingest it again once it is complete.`,
  );

/** Throws FILE_REFUSED once somebody has written to a file that is being read: its digest is no longer its own. */
export async function refuseChanged({ handle, name, bytes, modifiedAt }: OpenedFile): Promise<void> {
  const now = await handle.stat();
  if (now.size !== bytes || now.mtime.getTime() !== modifiedAt.getTime()) throw changed(name);
}
