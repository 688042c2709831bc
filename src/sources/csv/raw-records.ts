import type { FileDescription, PayloadEvent, RawRow } from '../source.ts';
import { createCellReader } from './cells.ts';
import { createDecoder, escapeBytes } from './decode.ts';
import { uniqueLabels } from './header.ts';
import { type PlacedRecord, rowBytesMax } from './record-reader.ts';
import { chunkMetadata, placeRecords } from './records.ts';

/** Text of a record, or its bytes escaped where they are none; no more of it than a row may have. */
function createTextReader(encoding: string): (bytes: Uint8Array) => { text: string; isText: boolean } {
  const decode = createDecoder(encoding);
  return (bytes) => {
    const text = bytes.length > rowBytesMax ? null : decode(bytes);
    return text === null
      ? { text: escapeBytes(bytes.subarray(0, rowBytesMax)), isText: false }
      : { text, isText: true };
  };
}

function createRawReader(description: FileDescription): (placed: PlacedRecord) => RawRow {
  const { header, encoding, delimiter, quote } = description;
  const readText = createTextReader(encoding);
  const readCells = createCellReader(delimiter, quote);
  return ({ bytes, line, byteOffset }) => {
    const { text, isText } = readText(bytes);
    const read = isText && !text.includes('\0') ? readCells(text) : null;
    return { header, cells: read?.kind === 'cells' ? read.cells : [], line, byteOffset, raw: text };
  };
}

/**
 * Rows of a `file.chunk` event as they were received, by their indexes, for a person to correct and feed back. An index
 * that the chunk does not have is left out; throws when the metadata is not that of a chunk.
 */
export function rawRows(event: PayloadEvent, indexes: Iterable<number>): Map<number, RawRow> {
  const metadata = chunkMetadata.parse(event.metadata);
  const wanted = new Set(indexes);
  const readRaw = createRawReader(metadata.description);
  const rows = placeRecords(event.payload, metadata)
    .filter(({ index }) => wanted.has(index))
    .map((placed) => [placed.index, readRaw(placed)] as const);
  return new Map(rows);
}

/** One of them; null where the chunk has no such row. */
export const rawRow = (event: PayloadEvent, index: number): RawRow | null =>
  rawRows(event, [index]).get(index) ?? null;

/**
 * The rows of a `file.chunk` event as they were received, one for each of its records: cells by the labels of the
 * header, or the line itself where it has not as many cells as the header. Throws when the metadata is not that of a
 * chunk.
 */
export function rawRecords(event: PayloadEvent): unknown[] {
  const metadata = chunkMetadata.parse(event.metadata);
  const labels = uniqueLabels(metadata.description.header);
  const readRaw = createRawReader(metadata.description);
  return placeRecords(event.payload, metadata)
    .map((placed) => {
      const { cells, raw } = readRaw(placed);
      if (cells.length !== labels.length) return raw;
      return Object.fromEntries(labels.map((label, column) => [label, cells[column] ?? '']));
    })
    .toArray();
}
