import type { FileFeed } from '../source.ts';
import { createChunker } from './chunker.ts';
import { describe } from './describe.ts';
import { rawRecords, rawRow, rawRows } from './raw-records.ts';
import { toRecords } from './records.ts';

/** CSV files, in chunks of whole records. */
export const files: FileFeed = {
  kind: 'file',
  stream: 'csv.files',
  chunkerVersion: 2,
  describe,
  createChunker: (description) => createChunker(description),
  toRecords,
  rawRecords,
  rawRow,
  rawRows,
};
