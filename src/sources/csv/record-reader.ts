import type { RecordIssue, SourceRecord } from '../record.ts';
import { createCellReader } from './cells.ts';
import { type RowContext, readRow } from './row.ts';
import { maxRecordBytes } from './splitter.ts';

type CellsOrIssue = { kind: 'cells'; cells: string[] } | { kind: 'issue'; issue: RecordIssue };

function issue(code: string, message: string, expected: string, received: string): CellsOrIssue {
  return { kind: 'issue', issue: { path: '', code, message: `the record ${message}`, expected, received } };
}

/** The text of UTF-8, or null where it is none. */
function createStrictDecoder(): (bytes: Uint8Array) => string | null {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  return (bytes) => {
    try {
      return decoder.decode(bytes);
    } catch {
      return null;
    }
  };
}

/** From bytes to as many cells as the header has. */
function createRowSplitter({ header, delimiter }: RowContext): (bytes: Uint8Array) => CellsOrIssue {
  const decode = createStrictDecoder();
  const readCells = createCellReader(delimiter);
  return (bytes) => {
    if (bytes.length >= maxRecordBytes) {
      return issue('too_long', 'is too long', `less than ${maxRecordBytes} bytes`, `${bytes.length} bytes`);
    }
    const text = decode(bytes);
    if (text === null) return issue('encoding', 'is not valid UTF-8', 'UTF-8', 'other bytes');
    if (text.includes('\0')) return issue('nul', 'has a NUL character', 'text', 'NUL');
    const read = readCells(text);
    if (read.kind === 'malformed') {
      return issue('malformed', `is malformed: ${read.message}`, 'quotes as in RFC 4180', read.message);
    }
    const [expected, found] = [`${header.length} cells`, `${read.cells.length} cells`];
    return expected === found ? read : issue('ragged', `has ${found} and not ${expected}`, expected, found);
  };
}

/** A reader of single records; `index` is the record's place in its chunk and `line` its line in the file. */
export function createRecordReader(
  context: RowContext,
): (bytes: Uint8Array, index: number, line: number) => SourceRecord {
  const splitRow = createRowSplitter(context);
  return (bytes, index, line) => {
    const split = splitRow(bytes);
    if (split.kind === 'issue') return { kind: 'rejected', index, line, issues: [split.issue] };
    const row = readRow(split.cells, context);
    return row.kind === 'bad'
      ? { kind: 'rejected', index, line, issues: row.issues }
      : { ...row.coin, index };
  };
}
