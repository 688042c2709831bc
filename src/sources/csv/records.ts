import { z } from 'zod';
import { parseTime } from '../observed-at.ts';
import type { SourceRecord } from '../record.ts';
import type { FileDescription, PayloadEvent } from '../source.ts';
import { findMapping } from './choose-mapping.ts';
import { splitRulesOf } from './chunker.ts';
import { mapHeader } from './mapping.ts';
import { type PlacedRecord, createRecordReader } from './record-reader.ts';
import { createRowContext } from './row-context.ts';
import { nextRecord } from './splitter.ts';
import { toUnits, unitBytes } from './units.ts';

const separator = z.enum(['.', ',']);

/** What a `file.chunk` event says of its chunk. */
export const chunkMetadata = z.object({
  file: z.object({ modifiedAt: z.string().nullish() }),
  description: z.object({
    mapping: z.string(),
    encoding: z.string(),
    delimiter: z.string().length(1),
    quote: z.string().max(1).exactOptional(),
    header: z.array(z.string()),
    bodyOffset: z.int().nonnegative(),
    bodyLine: z.int().positive(),
    unmapped: z.array(z.string()),
    columns: z
      .array(
        z.object({
          decimal: z.enum(['.', ',', 'unclear']).exactOptional(),
          date: z.string().exactOptional(),
        }),
      )
      .exactOptional(),
    declared: z
      .object({
        decimalSeparator: separator.exactOptional(),
        dateFormat: z.string().exactOptional(),
        timeZone: z.string().exactOptional(),
      })
      .exactOptional(),
    history: z.boolean().exactOptional(),
  }) satisfies z.ZodType<FileDescription>,
  offset: z.int().nonnegative(),
  firstLine: z.int().positive(),
});

export type ChunkMetadata = z.infer<typeof chunkMetadata>;

/** Every record of a chunk with its place; empty lines are none. */
export function* placeRecords(
  payload: Uint8Array,
  { description, offset, firstLine }: Pick<ChunkMetadata, 'description' | 'offset' | 'firstLine'>,
  final = true,
): Generator<PlacedRecord> {
  const perUnit = unitBytes(description.encoding);
  const units = toUnits(payload, description.encoding);
  const rules = splitRulesOf(description, final);
  const start = Math.min(units.length, Math.max(0, description.bodyOffset - offset) / perUnit);
  let line = firstLine;
  let index = 0;
  let span = nextRecord(units, start, rules);
  for (; span !== null; span = nextRecord(units, span.next, rules)) {
    if (!span.blank) {
      const bytes = payload.subarray(span.start * perUnit, span.end * perUnit);
      yield { index, line, byteOffset: offset + span.start * perUnit, bytes };
      index += 1;
    }
    // `firstLine` is that of the first record: empty lines before it are not counted again.
    if (index > 0) line += span.lineBreaks;
  }
}

/**
 * The records of a `file.chunk` event: one for each row of the chunk, in its order. A row that cannot be read
 * with certainty is rejected with its place and everything wrong with it; a cell that is not needed becomes null, which
 * is told. Throws when the metadata is not that of a chunk, or its mapping is not there or does not fit its header.
 */
export function toRecords(event: PayloadEvent): SourceRecord[] {
  const metadata = chunkMetadata.parse(event.metadata);
  const { file, description } = metadata;
  const choice = findMapping(description.mapping, event.mappings);
  if (choice.kind === 'refused') throw new Error(choice.reason);
  const mapped = mapHeader(description.header, choice.mapping);
  if (mapped.kind === 'refused') throw new Error(`not a chunk of a described file: ${mapped.reason}`);
  const modifiedAt = parseTime(file.modifiedAt ?? '');
  const context = createRowContext(description, mapped.map, { receivedAt: event.receivedAt, modifiedAt });
  const readRecord = createRecordReader(description, context);
  return placeRecords(event.payload, metadata)
    .map((placed) => readRecord(placed))
    .toArray();
}
