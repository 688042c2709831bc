import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FileChunk, FileDescription, FileFeed, PayloadEvent } from './source.ts';
import { problemsOf } from './test-source-records.ts';

const receivedAt = new Date('2026-01-02T03:04:05Z');
const headBytesMax = 1024 * 1024;

function describeFile(feed: FileFeed, bytes: Uint8Array): FileDescription {
  const described = feed.describe(bytes.subarray(0, headBytesMax), bytes.byteLength <= headBytesMax);
  if (described.kind === 'refused') throw new TypeError(`the sample is refused: ${described.reason}`);
  return described.description;
}

/** The chunks of a file that comes in pieces of that size. */
function chunksOf(feed: FileFeed, bytes: Uint8Array, pieceBytes: number): FileChunk[] {
  const chunker = feed.createChunker(describeFile(feed, bytes));
  const chunks: FileChunk[] = [];
  for (let at = 0; at < bytes.byteLength; at += pieceBytes) {
    chunks.push(...chunker.push(bytes.subarray(at, at + pieceBytes)));
  }
  return [...chunks, ...chunker.end()];
}

function chunkEvent(
  feed: FileFeed,
  bytes: Uint8Array,
  { offset, firstLine, bytes: payload }: FileChunk,
): PayloadEvent {
  const file = Object.freeze({
    name: 'sample',
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.byteLength,
    modifiedAt: '2026-01-01T00:00:00.000Z',
  });
  const metadata = Object.freeze({
    file,
    description: Object.freeze(describeFile(feed, bytes)),
    offset,
    firstLine,
  });
  return Object.freeze({ type: 'file.chunk', receivedAt, metadata, payload });
}

function testFile(feed: FileFeed, bytes: Uint8Array): void {
  it('is cut into chunks that hold every byte, in one way however it comes', () => {
    const chunks = chunksOf(feed, bytes, bytes.byteLength);
    expect(Buffer.concat(chunks.map((chunk) => chunk.bytes)).equals(bytes)).toBe(true);
    const cut = (pieceBytes: number): unknown =>
      chunksOf(feed, bytes, pieceBytes).map((chunk) => ({
        ...chunk,
        bytes: Buffer.from(chunk.bytes).toString('base64'),
      }));
    for (const pieceBytes of [997, 65_536]) expect(cut(pieceBytes)).toEqual(cut(bytes.byteLength));
  });

  it('reads as many records as it counts, every one sound, and the same twice', () => {
    const events = chunksOf(feed, bytes, 65_536).map((chunk) => ({
      chunk,
      event: chunkEvent(feed, bytes, chunk),
    }));
    for (const { chunk, event } of events) {
      // A copy, which a Buffer's own slice is not.
      const before = new Uint8Array(event.payload);
      const records = feed.toRecords(event);
      expect(problemsOf(records)).toEqual([]);
      expect(records).toHaveLength(chunk.records);
      expect(feed.toRecords(event)).toEqual(records);
      expect(Buffer.compare(event.payload, before)).toBe(0);
    }
    expect(events.some(({ event }) => feed.toRecords(event).some((record) => record.kind === 'coin'))).toBe(
      true,
    );
  });

  it('gives back every record as it was received, at the line where it was rejected', () => {
    if (feed.rawRow === undefined) return;
    for (const chunk of chunksOf(feed, bytes, 65_536)) {
      const event = chunkEvent(feed, bytes, chunk);
      expect(feed.rawRow(event, chunk.records)).toBeNull();
      for (const record of feed.toRecords(event).slice(0, 100)) {
        const raw = feed.rawRow(event, record.index);
        expect(raw).not.toBeNull();
        if (record.kind === 'rejected') expect(raw?.line).toBe(record.line);
      }
    }
  });

  it('has a description that survives being recorded as JSON', () => {
    const description = describeFile(feed, bytes);
    expect(JSON.parse(JSON.stringify(description))).toEqual(description);
  });
}

/** The part of the conformance suite for a source that reads files. */
export function testFileFeed(feed: FileFeed, files: Record<string, Uint8Array>): void {
  it('describes or refuses any bytes without throwing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (head, whole) => {
        expect(['described', 'refused']).toContain(feed.describe(head, whole).kind);
      }),
    );
  });
  it('has sample files', () => {
    expect(Object.keys(files)).not.toEqual([]);
  });
  for (const [name, bytes] of Object.entries(files)) describe(`file ${name}`, () => testFile(feed, bytes));
}
