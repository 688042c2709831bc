import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Chunker, FileChunk, FileDescription } from '../source.ts';
import { createChunker } from './chunker.ts';
import { type RecordSpan, nextRecord } from './splitter.ts';
import { readWhole } from './testing.ts';

const header = 'id,price\n';
const description: FileDescription = {
  mapping: 'plain',
  encoding: 'utf-8',
  delimiter: ',',
  header: ['id', 'price'],
  bodyOffset: header.length,
  bodyLine: 2,
  unmapped: [],
};
// Small enough for random files to reach every limit.
const anyLimits = fc.record({
  chunkBytes: fc.integer({ min: 1, max: 60 }),
  recordBytes: fc.integer({ min: 3, max: 40 }),
});

const piece = fc.constantFrom(
  '"',
  '""',
  ',',
  '\n',
  '\r',
  '\r\n',
  ' ',
  'a',
  'é',
  '"x\ny"',
  'btc,1\n',
  'abcdefgh',
);
const file = fc.array(piece, { maxLength: 60 }).map((pieces) => Buffer.from(header + pieces.join('')));
const anyFile = fc.oneof(
  file,
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.concat([Buffer.from(header), bytes])),
);

/** Pushes the bytes in parts of the given lengths, each in a buffer that is overwritten afterwards. */
function cut(chunker: Chunker, bytes: Uint8Array, lengths: readonly number[]): FileChunk[] {
  const chunks: FileChunk[] = [];
  let at = 0;
  for (const length of [...lengths, bytes.length]) {
    const buffer = new Uint8Array(bytes.subarray(at, at + length));
    chunks.push(...chunker.push(buffer));
    buffer.fill(0x3f);
    at = Math.min(bytes.length, at + length);
  }
  return [...chunks, ...chunker.end()];
}

function spansOf(bytes: Uint8Array, start: number, recordBytes: number): RecordSpan[] {
  const spans: RecordSpan[] = [];
  let span = nextRecord(bytes, start, ',', true, recordBytes);
  for (; span !== null; span = nextRecord(bytes, span.next, ',', true, recordBytes)) spans.push(span);
  return spans;
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

describe('the chunks of a file', () => {
  test('joined are the file, whatever its bytes', () => {
    fc.assert(
      fc.property(anyFile, anyLimits, (bytes, limits) => {
        const chunks = cut(createChunker(description, limits), bytes, []);
        expect(text(Buffer.concat(chunks.map((chunk) => chunk.bytes)))).toBe(text(bytes));
        let offset = 0;
        for (const chunk of chunks) {
          expect(chunk.offset).toBe(offset);
          offset += chunk.bytes.length;
        }
      }),
    );
  });

  test('are the same however the file was pushed', () => {
    fc.assert(
      fc.property(anyFile, anyLimits, fc.array(fc.integer({ min: 0, max: 40 })), (bytes, limits, lengths) => {
        const whole = cut(createChunker(description, limits), bytes, []);
        expect(cut(createChunker(description, limits), bytes, lengths)).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });

  test('hold the very records of the file read as a whole, with its lines', () => {
    fc.assert(
      fc.property(file, anyLimits, (bytes, limits) => {
        const inWhole = spansOf(bytes, header.length, limits.recordBytes).filter((span) => !span.blank);
        const inChunks = cut(createChunker(description, limits), bytes, []).flatMap((chunk) => {
          const start = Math.max(0, header.length - chunk.offset);
          const spans = spansOf(chunk.bytes, start, limits.recordBytes).filter((span) => !span.blank);
          expect(spans).toHaveLength(chunk.records);
          const [first] = spans;
          if (first !== undefined) {
            const before = text(bytes.subarray(0, chunk.offset + first.start));
            expect(chunk.firstLine).toBe(1 + (before.match(/\r\n|\r|\n/g) ?? []).length);
          }
          return spans.map((span) => ({ ...span, offset: chunk.offset }));
        });
        expect(inChunks.map((span) => [span.start + span.offset, span.end + span.offset])).toEqual(
          inWhole.map((span) => [span.start, span.end]),
        );
      }),
      { numRuns: 1000 },
    );
  });

  test('begin and end with a record, never within one', () => {
    const row = 'btc,"1\n2,""3"""\r\n';
    const bytes = Buffer.from(header + row.repeat(40_000));
    const chunks = cut(createChunker(description), bytes, [100_000, 7, 99_999]);
    expect(chunks.length).toBe(3);
    expect(chunks.map((chunk) => chunk.records).reduce((sum, records) => sum + records)).toBe(40_000);
    for (const chunk of chunks) {
      expect(text(chunk.bytes).endsWith(row)).toBe(true);
      expect(chunk.bytes.length).toBeLessThan(256 * 1024 + row.length);
    }
    expect(text(chunks[1]?.bytes ?? Buffer.of()).startsWith(row)).toBe(true);
  });
});

const receivedAt = new Date('2026-01-01T00:00:00Z');

describe('a file damaged beyond reading', () => {
  test('loses one line to a quote that is never closed, at its end or a megabyte before', () => {
    for (const rows of [10, 1000]) {
      const good = `xrp,0.5${' '.repeat(2000)}\n`;
      const bytes = Buffer.from(`${header}eth,1\nbtc,"2\n${good.repeat(rows)}`);
      const { records, chunks } = readWhole(bytes, receivedAt);
      const rejected = records.filter((record) => record.kind === 'rejected');
      expect(rejected).toMatchObject([{ index: 1, line: 3, issues: [{ code: 'malformed' }] }]);
      expect(records).toHaveLength(rows + 2);
      expect(chunks.reduce((sum, chunk) => sum + chunk.records, 0)).toBe(rows + 2);
    }
  });

  test('has a line without end rejected, piece by piece, and the rest read', () => {
    const bytes = Buffer.from(`${header}btc,1\n${'x'.repeat(3_500_000)},1\neth,2\n`);
    const { records, chunks } = readWhole(bytes, receivedAt);
    expect(records.map((record) => record.kind)).toEqual([
      'coin',
      'rejected',
      'rejected',
      'rejected',
      'coin',
    ]);
    expect(records[1]).toMatchObject({ issues: [{ code: 'too_long' }] });
    expect(Buffer.concat(chunks.map((chunk) => chunk.bytes)).equals(bytes)).toBe(true);
    expect(Math.max(...chunks.map((chunk) => chunk.bytes.length))).toBeLessThan(2.5 * 1024 * 1024);
  });
});
