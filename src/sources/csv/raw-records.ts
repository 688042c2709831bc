import type { PayloadEvent } from '../source.ts';
import { createCellReader } from './cells.ts';
import { chunkMetadata, placeRecords } from './records.ts';

/**
 * The rows of a `file.chunk` event as they were received, one for each of its records: cells by the labels of the
 * header, or the line itself where it has not as many cells as the header. Throws when the metadata is not that of a
 * chunk.
 */
export function rawRecords(event: PayloadEvent): unknown[] {
  const { description, offset, firstLine } = chunkMetadata.parse(event.metadata);
  const { header, delimiter, bodyOffset } = description;
  const readCells = createCellReader(delimiter);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const start = Math.min(event.payload.length, Math.max(0, bodyOffset - offset));
  return placeRecords(event.payload, start, firstLine, delimiter)
    .map(({ bytes }) => {
      const line = decoder.decode(bytes);
      const read = readCells(line);
      if (read.kind === 'malformed' || read.cells.length !== header.length) return line;
      return Object.fromEntries(header.map((label, column) => [label, read.cells[column] ?? '']));
    })
    .toArray();
}
