import { z } from 'zod';
import { parseTime } from '../observed-at.ts';
import type { SourceRecord } from '../record.ts';
import type { FileDescription, PayloadEvent } from '../source.ts';
import { mapHeader } from './mapping.ts';
import { createRecordReader } from './record-reader.ts';
import { type RecordSpan, nextRecord } from './splitter.ts';

/** What a `file.chunk` event says of its chunk. */
export const chunkMetadata = z.object({
  file: z.object({ modifiedAt: z.string().nullish() }),
  description: z.object({
    mapping: z.string(),
    encoding: z.literal('utf-8'),
    delimiter: z.string().length(1),
    header: z.array(z.string()),
    bodyOffset: z.int().nonnegative(),
    bodyLine: z.int().positive(),
    unmapped: z.array(z.string()),
  }) satisfies z.ZodType<FileDescription>,
  offset: z.int().nonnegative(),
  firstLine: z.int().positive(),
});

interface PlacedRecord {
  index: number;
  line: number;
  bytes: Uint8Array;
}

/** Every record of a chunk with its line; empty lines are none. */
export function* placeRecords(
  chunk: Uint8Array,
  start: number,
  firstLine: number,
  delimiter: string,
): Generator<PlacedRecord> {
  let line = firstLine;
  let index = 0;
  let span: RecordSpan | null = nextRecord(chunk, start, delimiter, true);
  for (; span !== null; span = nextRecord(chunk, span.next, delimiter, true)) {
    if (!span.blank) {
      yield { index, line, bytes: chunk.subarray(span.start, span.end) };
      index += 1;
    }
    // `firstLine` is that of the first record: empty lines before it are not counted again.
    if (index > 0) line += span.lineBreaks;
  }
}

/**
 * The records of a `file.chunk` event: one for each row of the chunk, in its order. A row that cannot be read
 * with certainty is rejected with its line and everything wrong with it. Throws when the metadata is not that
 * of a chunk, or its header names no coin or price.
 */
export function toRecords(event: PayloadEvent): SourceRecord[] {
  const { file, description, offset, firstLine } = chunkMetadata.parse(event.metadata);
  const { header, delimiter, bodyOffset } = description;
  const mapped = mapHeader(header);
  if (mapped.kind === 'refused') throw new Error(`not a chunk of a described file: ${mapped.reason}`);
  const readRecord = createRecordReader({
    header,
    delimiter,
    mapping: mapped.mapping,
    receivedAt: event.receivedAt,
    modifiedAt: parseTime(file.modifiedAt ?? ''),
  });
  const start = Math.min(event.payload.length, Math.max(0, bodyOffset - offset));
  return placeRecords(event.payload, start, firstLine, delimiter)
    .map(({ bytes, index, line }) => readRecord(bytes, index, line))
    .toArray();
}
