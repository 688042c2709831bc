import { createHash, hash } from 'node:crypto';
import type { Sql } from '../database/client.ts';
import type { Archive } from '../log/archive/archive.ts';
import { deriveId } from '../log/event-id.ts';
import type { Metadata, NewEvent } from '../log/event.ts';
import { findVersion, readHeader } from '../log/read.ts';
import type { FileDescription, FileFeed, FileOptions } from '../sources/source.ts';
import { changed, partsOf, refuseChanged, type OpenedFile } from './opened-file.ts';
import type { RunStream } from './run-stream.ts';
import { unpack } from './unpack.ts';

const headBytes = 1024 * 1024;

/** A file's beginning, unpacked, and whether that is all of it. Throws FILE_REFUSED for a packed one too large. */
export async function readHead(file: OpenedFile): Promise<{ bytes: Uint8Array; whole: boolean }> {
  if (file.packed) {
    const unpacked = await unpack(file);
    return { bytes: unpacked.subarray(0, headBytes), whole: unpacked.byteLength <= headBytes };
  }
  const wanted = Math.min(headBytes, file.bytes);
  const { buffer, bytesRead } = await file.handle.read(Buffer.alloc(wanted), 0, wanted, 0);
  return { bytes: buffer.subarray(0, bytesRead), whole: bytesRead === file.bytes };
}

/** Looks at a file's beginning: how it is to be read, or why it cannot be. */
export async function describeFile(
  feed: FileFeed,
  file: OpenedFile,
  options: FileOptions,
): Promise<ReturnType<FileFeed['describe']>> {
  const { bytes, whole } = await readHead(file);
  return feed.describe(bytes, whole, options);
}

/** What makes a reading of a file the one it is, beside what happens in it. */
const identityOf = (readingKey: string): string[] => (readingKey === '' ? [] : [readingKey]);

/** The id of the event that opens a reading of a file. */
export const openedId = (feed: FileFeed, file: OpenedFile, readingKey: string): string =>
  deriveId(feed.stream, file.sha256, 'file.opened', feed.chunkerVersion, ...identityOf(readingKey));

const closedId = (feed: FileFeed, file: OpenedFile, readingKey: string): string =>
  deriveId(feed.stream, file.sha256, 'file.closed', feed.chunkerVersion, ...identityOf(readingKey));

/** The run that has read this file to its end, or null. */
export async function findFinishedRun(
  sql: Sql,
  archive: Archive,
  feed: FileFeed,
  file: OpenedFile,
  readingKey: string,
): Promise<string | null> {
  const version = await findVersion(sql, feed.stream, closedId(feed, file, readingKey));
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
  /** Of what was declared of the file: see `Reading`. */
  readingKey: string;
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

type MakeEvent = (
  type: string,
  identity: (string | number)[],
  metadata: Metadata,
  payload?: Uint8Array,
) => NewEvent;

/** A packed file is one chunk, its bytes as they are: no part of it can be unpacked without what comes before. */
async function packedChunk({ feed, file, description }: FileRunDeps, event: MakeEvent): Promise<NewEvent> {
  const chunker = feed.createChunker(description);
  const unpacked = await unpack(file);
  const records = [...chunker.push(unpacked), ...chunker.end()].reduce(
    (sum, chunk) => sum + chunk.records,
    0,
  );
  const { buffer } = await file.handle.read(Buffer.alloc(file.bytes), 0, file.bytes, 0);
  await refuseChanged(file);
  if (hash('sha256', buffer) !== file.sha256) throw changed(file.name);
  const metadata = {
    description: descriptionMetadata(description),
    packed: 'gzip',
    offset: 0,
    firstLine: 1,
    records,
  };
  return event('file.chunk', [0, file.bytes, file.sha256], metadata, buffer);
}

/**
 * Appends a file chunk by chunk. A chunk's id comes from the file's digest, its place and its own bytes, not from the
 * run: after a crash the chunks that are there are duplicates, and the rest follows. Returns the event that closes the
 * file, to be appended with the end of the run: neither is ever there without the other.
 */
export async function readFileIntoLog(deps: FileRunDeps): Promise<NewEvent> {
  const { feed, file, description, readingKey, runId, stream, now, signal, onBytes } = deps;
  const event: MakeEvent = (type, identity, metadata, payload = new Uint8Array()) => ({
    id: deriveId(feed.stream, file.sha256, type, feed.chunkerVersion, ...identityOf(readingKey), ...identity),
    type,
    schemaVersion: 1,
    runId,
    receivedAt: now(),
    metadata: { file: asMetadata(file), ...metadata },
    payload,
  });
  await stream.append([event('file.opened', [], { description: descriptionMetadata(description) })]);
  if (file.packed) {
    await stream.append([await packedChunk(deps, event)]);
    onBytes(file.bytes, file.bytes);
    return event('file.closed', [], { bytes: file.bytes });
  }
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
