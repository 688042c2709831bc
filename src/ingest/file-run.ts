import { createHash, hash } from 'node:crypto';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Sql } from '../database/client.ts';
import { CoinlogError } from '../errors.ts';
import type { Archive } from '../log/archive/archive.ts';
import { deriveId } from '../log/event-id.ts';
import type { Metadata, NewEvent } from '../log/event.ts';
import { findVersion, readHeader } from '../log/read.ts';
import type { FileDescription, FileFeed } from '../sources/source.ts';
import type { RunStream } from './run-stream.ts';

/** A file as it was when it was opened. The same bytes are the same file, whatever its name. */
export interface OpenedFile {
  /** Stays with the bytes that were digested, also when another file takes the name. */
  handle: FileHandle;
  name: string;
  sha256: string;
  bytes: number;
  modifiedAt: Date;
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
    return { handle, name: basename(path), sha256: sha256.digest('hex'), bytes: size, modifiedAt: mtime };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

const partBytes = 256 * 1024;

async function* partsOf(handle: FileHandle): AsyncGenerator<Uint8Array> {
  for (let position = 0; ;) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(partBytes), 0, partBytes, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

const headBytes = 1024 * 1024;

/** Looks at a file's beginning: how it is to be read, or why it cannot be. */
export async function describeFile(
  feed: FileFeed,
  { handle, bytes }: OpenedFile,
): Promise<ReturnType<FileFeed['describe']>> {
  const wanted = Math.min(headBytes, bytes);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(wanted), 0, wanted, 0);
  return feed.describe(buffer.subarray(0, bytesRead), bytesRead === bytes);
}

const changed = (name: string): CoinlogError =>
  new CoinlogError(
    'FILE_REFUSED',
    `${name} was written to while it was read: ingest it again once it is complete.`,
  );

/** Throws FILE_REFUSED once somebody has written to a file that is being read: its digest is no longer its own. */
async function refuseChanged({ handle, name, bytes, modifiedAt }: OpenedFile): Promise<void> {
  const now = await handle.stat();
  if (now.size !== bytes || now.mtime.getTime() !== modifiedAt.getTime()) throw changed(name);
}

const closedId = (feed: FileFeed, file: OpenedFile): string =>
  deriveId(feed.stream, file.sha256, 'file.closed', feed.chunkerVersion);

/** The run that has read this file to its end, or null. */
export async function findFinishedRun(
  sql: Sql,
  archive: Archive,
  feed: FileFeed,
  file: OpenedFile,
): Promise<string | null> {
  const version = await findVersion(sql, feed.stream, closedId(feed, file));
  if (version === null) return null;
  const event = await readHeader(sql, feed.stream, version, archive);
  return event?.runId ?? '';
}

export interface FileRunDeps {
  feed: FileFeed;
  stream: RunStream;
  runId: string;
  file: OpenedFile;
  description: FileDescription;
  now: () => Date;
  signal: AbortSignal;
  onBytes: (done: number, total: number) => void;
}

const asMetadata = ({ name, sha256, bytes, modifiedAt }: OpenedFile): Metadata => ({
  name,
  sha256,
  bytes,
  modifiedAt: modifiedAt.toISOString(),
});

const descriptionMetadata = (description: FileDescription): Metadata => ({ ...description });

/**
 * Appends a file chunk by chunk. A chunk's id comes from the file's digest, its place and its own bytes, not from the
 * run: after a crash the chunks that are there are duplicates, and the rest follows. Returns the event that closes the
 * file, to be appended with the end of the run: neither is ever there without the other.
 */
export async function readFileIntoLog(deps: FileRunDeps): Promise<NewEvent> {
  const { feed, file, description, runId, stream, now, signal, onBytes } = deps;
  const event = (
    type: string,
    identity: (string | number)[],
    metadata: Metadata,
    payload: Uint8Array = new Uint8Array(),
  ): NewEvent => ({
    id: deriveId(feed.stream, file.sha256, type, feed.chunkerVersion, ...identity),
    type,
    schemaVersion: 1,
    runId,
    receivedAt: now(),
    metadata: { file: asMetadata(file), ...metadata },
    payload,
  });
  await stream.append([event('file.opened', [], { description: descriptionMetadata(description) })]);
  const chunker = feed.createChunker(description);
  const digest = createHash('sha256');
  let done = 0;
  const appendChunks = async (chunks: ReturnType<typeof chunker.push>) => {
    for (const { offset, firstLine, records, bytes } of chunks) {
      signal.throwIfAborted();
      await refuseChanged(file);
      const metadata = { description: descriptionMetadata(description), offset, firstLine, records };
      await stream.append([
        event('file.chunk', [offset, bytes.byteLength, hash('sha256', bytes)], metadata, bytes),
      ]);
      onBytes((done += bytes.byteLength), file.bytes);
    }
  };
  for await (const part of partsOf(file.handle)) {
    digest.update(part);
    await appendChunks(chunker.push(part));
  }
  await appendChunks(chunker.end());
  await refuseChanged(file);
  if (digest.digest('hex') !== file.sha256) throw changed(file.name);
  return event('file.closed', [], { bytes: done });
}
