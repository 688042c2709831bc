import { createCellReader } from './cells.ts';
import { nameColumns } from './header.ts';
import { mapHeader } from './mapping.ts';
import { type RecordSpan, nextRecord } from './splitter.ts';

/** How a file separates its cells, and the first record read that way. */
export interface Dialect {
  delimiter: string;
  header: string[];
  /** Where the header is; `next` is where the body begins. */
  span: RecordSpan;
}

export type DialectResult = { kind: 'found'; dialect: Dialect } | { kind: 'refused'; reason: string };

const delimiters = [',', ';', '|', '\t'];
const sampleRecords = 50;

interface Candidate extends Dialect {
  /** Whether nearly all sampled records have as many cells as the header. */
  even: boolean;
}

function tryDelimiter(delimiter: string, head: Uint8Array, start: number, whole: boolean): Candidate | null {
  const readCells = createCellReader(delimiter);
  const decoder = new TextDecoder();
  const widths: number[] = [];
  let header: { cells: string[]; span: RecordSpan } | null = null;
  let span = nextRecord(head, start, delimiter, whole);
  for (
    ;
    span !== null && widths.length < sampleRecords;
    span = nextRecord(head, span.next, delimiter, whole)
  ) {
    if (span.blank) continue;
    const read = readCells(decoder.decode(head.subarray(span.start, span.end)));
    if (header === null) {
      if (read.kind === 'malformed' || span.torn) return null;
      header = { cells: read.cells, span };
    } else widths.push(read.kind === 'cells' ? read.cells.length : 0);
  }
  if (header === null || header.cells.length < 2) return null;
  const width = header.cells.length;
  const even = widths.filter((each) => each === width).length >= 0.9 * widths.length;
  return { delimiter, header: nameColumns(header.cells), span: header.span, even };
}

function refuse(candidates: readonly Candidate[]): DialectResult {
  if (candidates.length === 0) {
    return { kind: 'refused', reason: 'no header: the first line has no cells divided by , ; | or a tab' };
  }
  const found = candidates.map(
    (candidate) => `${JSON.stringify(candidate.delimiter)} (${candidate.header.length} columns)`,
  );
  return { kind: 'refused', reason: `it cannot be told which delimiter is meant: ${found.join(' or ')}` };
}

/**
 * Finds the delimiter by reading the head of a file with each, by the same rules as the file will be read. The
 * one under which the header says what is needed is right; else the only one under which the rows fit the
 * header. No lines but empty ones are skipped.
 */
export function findDialect(head: Uint8Array, start: number, whole: boolean): DialectResult {
  const candidates = delimiters.flatMap((delimiter) => tryDelimiter(delimiter, head, start, whole) ?? []);
  const mapped = candidates.filter((candidate) => mapHeader(candidate.header).kind === 'mapped');
  const even = candidates.filter((candidate) => candidate.even);
  for (const choice of [mapped, mapped.filter((each) => each.even), even, candidates]) {
    const [only] = choice;
    if (only !== undefined && choice.length === 1) return { kind: 'found', dialect: only };
  }
  return refuse(candidates);
}
