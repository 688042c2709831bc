import type { RecordIssue, SourceRecord } from '../record.ts';
import type { FileDescription } from '../source.ts';
import { quoted } from '../text.ts';
import { createCellReader } from './cells.ts';
import { createDecoder, escapeBytes, firstWrongByte } from './decode.ts';
import { readRow } from './row.ts';
import type { RowContext } from './row-context.ts';

/** A row longer than this is no row of coins: it is kept in the log and rejected when it is read. */
export const rowBytesMax = 1024 * 1024;

/** One record of a file, where it lies. */
export interface PlacedRecord {
  /** Its place in its chunk. */
  index: number;
  line: number;
  /** In the file. */
  byteOffset: number;
  bytes: Uint8Array;
}

type CellsOrIssue = { kind: 'cells'; cells: string[] } | { kind: 'issue'; issue: RecordIssue };

function issueOf(
  { byteOffset }: PlacedRecord,
  code: string,
  problem: string,
  expected: string,
  received: string,
): CellsOrIssue {
  const message = `the record at byte ${byteOffset} ${problem}`;
  return { kind: 'issue', issue: { path: '', code, message, expected, received: quoted(received) } };
}

/** The bytes around the one that is wrong: its row may be long. */
function undecodable(placed: PlacedRecord, encoding: string): CellsOrIssue {
  const { bytes, byteOffset } = placed;
  const at = firstWrongByte(bytes, encoding);
  const shown = escapeBytes(bytes.subarray(Math.max(0, at - 30), at + 10));
  const problem = `is not valid ${encoding} at byte ${byteOffset + at}: declare the encoding of the file`;
  return issueOf(placed, 'encoding', problem, encoding, shown);
}

/** From bytes to as many cells as the header has. */
function createRowSplitter(description: FileDescription): (placed: PlacedRecord) => CellsOrIssue {
  const { header, encoding, delimiter, quote } = description;
  const decode = createDecoder(encoding);
  const readCells = createCellReader(delimiter, quote);
  return (placed) => {
    const { bytes } = placed;
    if (bytes.length > rowBytesMax) {
      return issueOf(
        placed,
        'too_long',
        'is too long',
        `at most ${rowBytesMax} bytes`,
        `${bytes.length} bytes`,
      );
    }
    const text = decode(bytes);
    if (text === null) return undecodable(placed, encoding);
    if (text.includes('\0')) {
      const shown = text.slice(Math.max(0, text.indexOf('\0') - 30)).replaceAll('\0', String.raw`\x00`);
      return issueOf(placed, 'nul', 'has a NUL character', 'text', shown);
    }
    const read = readCells(text);
    if (read.kind === 'malformed') {
      return issueOf(placed, 'malformed', `is malformed: ${read.message}`, 'quotes as in RFC 4180', text);
    }
    const [expected, found] = [header.length, read.cells.length];
    if (expected === found || isEmpty(read.cells)) return read;
    return issueOf(placed, 'ragged', `has ${found} cells and not ${expected}`, `${expected} cells`, text);
  };
}

const isEmpty = (cells: readonly string[]): boolean => cells.every((cell) => cell === '');

/** A reader of single records: each is a coin, rejected with its place and its reasons, or an empty row. */
export function createRecordReader(
  description: FileDescription,
  context: RowContext,
): (placed: PlacedRecord) => SourceRecord {
  const splitRow = createRowSplitter(description);
  return (placed) => {
    const { index, line, byteOffset } = placed;
    const split = splitRow(placed);
    if (split.kind === 'issue') return { kind: 'rejected', index, line, byteOffset, issues: [split.issue] };
    if (isEmpty(split.cells)) return { kind: 'skipped', index, reason: 'every cell of the row is empty' };
    const row = readRow(split.cells, context);
    return row.kind === 'bad'
      ? { kind: 'rejected', index, line, byteOffset, issues: row.issues }
      : { ...row.coin, index };
  };
}
