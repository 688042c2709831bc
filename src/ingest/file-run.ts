import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Sql } from '../database/client.ts';
import { deriveId } from '../log/event-id.ts';
import type { Metadata, NewEvent } from '../log/event.ts';
import { findVersion, readHeaders } from '../log/read.ts';
import type { FileDescription, FileFeed } from '../sources/source.ts';
import type { RunStream } from './run-stream.ts';

/** A file as it was when it was opened. The same bytes are the same file, whatever its name. */
export interface OpenedFile {
  path: string;
  name: string;
  sha256: string;
  bytes: number;
  modifiedAt: Date;
}

/** Reads a file once for its digest, in bounded memory. */
export async function openFile(path: string): Promise<OpenedFile> {
  const { size, mtime } = await stat(path);
  const hash = createHash('sha256');
  for await (const part of createReadStream(path)) hash.update(part as Uint8Array);
  return { path, name: basename(path), sha256: hash.digest('hex'), bytes: size, modifiedAt: mtime };
}

const headBytes = 1024 * 1024;

/** Looks at a file's beginning: how it is to be read, or why it cannot be. */
export async function describeFile(
  feed: FileFeed,
  file: OpenedFile,
): Promise<ReturnType<FileFeed['describe']>> {
  const handle = await open(file.path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.min(headBytes, file.bytes)), 0);
    return feed.describe(buffer.subarray(0, bytesRead), bytesRead === file.bytes);
  } finally {
    await handle.close();
  }
}

const closedId = (feed: FileFeed, file: OpenedFile): string =>
  deriveId(feed.stream, file.sha256, 'file.closed', feed.chunkerVersion);

/** The run that has read this file to its end, or null. */
export async function findFinishedRun(sql: Sql, feed: FileFeed, file: OpenedFile): Promise<string | null> {
  const version = await findVersion(sql, feed.stream, closedId(feed, file));
  if (version === null) return null;
  const [event] = await readHeaders(sql, feed.stream, version - 1, { limit: 1 });
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
 * Appends a file chunk by chunk. A chunk's id comes from the file's digest and its place, not from the run: after a
 * crash the chunks that are there are duplicates, and the rest follows.
 */
export async function readFileIntoLog(deps: FileRunDeps): Promise<void> {
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
  let done = 0;
  const appendChunks = async (chunks: ReturnType<typeof chunker.push>) => {
    for (const { offset, firstLine, records, bytes } of chunks) {
      const metadata = { description: descriptionMetadata(description), offset, firstLine, records };
      await stream.append([event('file.chunk', [offset, bytes.byteLength], metadata, bytes)]);
      onBytes((done += bytes.byteLength), file.bytes);
    }
  };
  for await (const part of createReadStream(file.path, { highWaterMark: 256 * 1024 })) {
    signal.throwIfAborted();
    await appendChunks(chunker.push(part as Uint8Array));
  }
  await appendChunks(chunker.end());
  await stream.append([event('file.closed', [], { bytes: done })]);
}
