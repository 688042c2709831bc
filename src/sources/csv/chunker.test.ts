import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Chunker, FileChunk, FileDescription } from '../source.ts';
import { createChunker, splitRulesOf } from './chunker.ts';
import { type RecordSpan, nextRecord } from './splitter.ts';
import { readWhole } from './testing.ts';
import { toUnits, unitBytes } from './units.ts';

const header = 'id,price\n';
const encodings = ['utf-8', 'utf-16le', 'utf-16be'] as const;
type Encoding = (typeof encodings)[number];

function encode(text: string, encoding: Encoding): Buffer {
  if (encoding === 'utf-8') return Buffer.from(text);
  const bytes = Buffer.from(text, 'utf16le');
  return encoding === 'utf-16le' ? bytes : bytes.swap16();
}

const descriptionIn = (encoding: Encoding): FileDescription => ({
  mapping: 'plain',
  encoding,
  delimiter: ',',
  header: ['id', 'price'],
  bodyOffset: header.length * unitBytes(encoding),
  bodyLine: 2,
  unmapped: [],
});

// Small enough for random files to reach every limit.
const anyLimits = fc.record({
  chunkBytes: fc.integer({ min: 1, max: 60 }),
  unitsMax: fc.integer({ min: 3, max: 60 }),
});
const anyEncoding = fc.constantFrom(...encodings);

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
  'btc,"1\n',
  'eth,"2"\n',
  'abcdefgh',
);
const anyText = fc.array(piece, { maxLength: 60 }).map((pieces) => header + pieces.join(''));
const anyBytes = fc.oneof(
  anyText.map((text) => Buffer.from(text)),
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

/** The records of bytes that are a file or a chunk of one, their places in bytes. */
function spansOf(
  bytes: Uint8Array,
  start: number,
  description: FileDescription,
  unitsMax: number,
): RecordSpan[] {
  const perUnit = unitBytes(description.encoding);
  const units = toUnits(bytes, description.encoding);
  const rules = splitRulesOf(description, true, unitsMax);
  const spans: RecordSpan[] = [];
  let span = nextRecord(units, Math.ceil(start / perUnit), rules);
  for (; span !== null; span = nextRecord(units, span.next, rules))
    if (!span.blank) spans.push({ ...span, start: span.start * perUnit, end: span.end * perUnit });
  return spans;
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

describe('the chunks of a file', () => {
  test('joined are the file, whatever its bytes and its encoding', () => {
    fc.assert(
      fc.property(anyBytes, anyEncoding, anyLimits, (bytes, encoding, limits) => {
        const chunks = cut(createChunker(descriptionIn(encoding), limits), bytes, []);
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
    const lengths = fc.array(fc.integer({ min: 0, max: 40 }));
    fc.assert(
      fc.property(anyBytes, anyEncoding, anyLimits, lengths, (bytes, encoding, limits, lengths) => {
        const description = descriptionIn(encoding);
        const whole = cut(createChunker(description, limits), bytes, []);
        expect(cut(createChunker(description, limits), bytes, lengths)).toEqual(whole);
      }),
      { numRuns: 1000 },
    );
  });

  test('hold the very records of the file read as a whole, with its lines', () => {
    fc.assert(
      fc.property(anyText, anyEncoding, anyLimits, (written, encoding, limits) => {
        const description = descriptionIn(encoding);
        const bytes = encode(written, encoding);
        const { bodyOffset } = description;
        const inWhole = spansOf(bytes, bodyOffset, description, limits.unitsMax);
        const inChunks = cut(createChunker(description, limits), bytes, []).flatMap((chunk) => {
          const start = Math.max(0, bodyOffset - chunk.offset);
          const spans = spansOf(chunk.bytes, start, description, limits.unitsMax);
          expect(spans).toHaveLength(chunk.records);
          const [first] = spans;
          if (first !== undefined) {
            const before = text(bytes.subarray(0, chunk.offset + first.start)).replaceAll('\0', '');
            expect(chunk.firstLine).toBe(1 + (before.match(/\r\n|\r|\n/g) ?? []).length);
          }
          return spans.map((span) => [span.start + chunk.offset, span.end + chunk.offset]);
        });
        expect(inChunks).toEqual(inWhole.map((span) => [span.start, span.end]));
      }),
      { numRuns: 3000 },
    );
  });

  test('begin and end with a record, never within one', () => {
    const row = 'btc,"1\n2,""3"""\r\n';
    const bytes = Buffer.from(header + row.repeat(40_000));
    const chunks = cut(createChunker(descriptionIn('utf-8')), bytes, [100_000, 7, 99_999]);
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

function kindsOf(bytes: Uint8Array) {
  const { records, chunks } = readWhole(bytes, receivedAt);
  expect(chunks.reduce((sum, chunk) => sum + chunk.records, 0)).toBe(records.length);
  const rejected = records.filter((record) => record.kind === 'rejected');
  return { read: records.length, rejected, chunks };
}

describe('a file damaged beyond reading', () => {
  const damages: [string, string, string][] = [
    ['no quote behind it', 'btc,"2\n', 'xrp,0.5\n'],
    ['a quoted cell behind it', 'btc,"2\n', 'xrp,"0.5"\n'],
    ['rows of several lines behind it', 'btc,"2\n', 'xrp,"0.5\n"\n'],
    ['a quoted empty cell behind it', 'btc,"2\n', 'xrp,""\n'],
  ];
  test.each(damages)('loses one row of 10,000 to a quote that is never closed: %s', (_what, bad, good) => {
    const bytes = Buffer.from(`${header}eth,1\n${bad}${good.repeat(9998)}`);
    const { read, rejected } = kindsOf(bytes);
    expect(rejected).toMatchObject([{ index: 1, line: 3, byteOffset: 15, issues: [{ code: 'malformed' }] }]);
    expect(read).toBe(10_000);
  });

  test('loses each of the rows that have such a quote, and no other', () => {
    const bytes = Buffer.from(`${header}${'btc,"1\n'.repeat(5)}${'eth,2\n'.repeat(5)}`);
    const { read, rejected } = kindsOf(bytes);
    expect([read, rejected.map(({ line }) => line)]).toEqual([10, [2, 3, 4, 5, 6]]);
  });

  test('has a row of several lines with too many cells rejected as one', () => {
    const { read, rejected } = kindsOf(Buffer.from(`${header}btc,"1\n2\n3",x,y\neth,2\n`));
    expect([read, rejected.map(({ issues }) => issues[0]?.code)]).toEqual([2, ['ragged']]);
  });

  test('never hides its rows in a quote that happens to end well', () => {
    const bytes = Buffer.from(`${header}btc,"1\n${'eth,2\n'.repeat(500)}xrp,5",x\nada,1\n`);
    const { read, rejected } = kindsOf(bytes);
    expect([read, rejected.map(({ line }) => line)]).toEqual([503, [2, 503]]);
  });

  test('loses its last row to a quote that is never closed, and no more', () => {
    const { read, rejected } = kindsOf(Buffer.from(`${header}${'eth,1\n'.repeat(50)}btc,"2\n`));
    expect([read, rejected.map(({ line }) => line)]).toEqual([51, [52]]);
  });

  test('has a cell of 10 MB rejected as one row, and the rest read', () => {
    for (const cell of ['x'.repeat(10_000_000), `"${'x\n'.repeat(5_000_000)}"`]) {
      const bytes = Buffer.from(`${header}btc,1\n${cell},1\neth,2\n`);
      const { read, rejected } = kindsOf(bytes);
      expect(rejected).toMatchObject([{ index: 1, line: 3, issues: [{ code: 'too_long' }] }]);
      expect(read).toBe(3);
    }
  });

  test('has a line that never ends rejected in pieces, none of them held beyond the limit', () => {
    const mebibyte = 1024 * 1024;
    const bytes = Buffer.concat([Buffer.from(`${header}btc,1\n`), Buffer.alloc(50 * mebibyte, 'x')]);
    const { rejected, chunks } = kindsOf(bytes);
    expect(rejected.map(({ issues }) => issues[0]?.code)).toEqual(Array.from(rejected, () => 'too_long'));
    expect(Math.max(...chunks.map((chunk) => chunk.bytes.length))).toBeLessThanOrEqual(33 * mebibyte);
    expect(chunks.reduce((sum, chunk) => sum + chunk.bytes.length, 0)).toBe(bytes.length);
  });
});
