import { chooseMapping } from './choose-mapping.ts';
import { createCellReader } from './cells.ts';
import { createDecoder, isCertainByte } from './decode.ts';
import { nameColumns, placeNames } from './header.ts';
import { mapHeader } from './mapping.ts';
import { asSetting } from './options.ts';
import { type RecordSpan, heldUnitsMax, nextRecord } from './splitter.ts';
import { unitBytes } from './units.ts';
import type { FileOptions } from '../source.ts';

/** The beginning of a file, ready to be read. */
export interface Head {
  bytes: Uint8Array;
  units: Uint8Array;
  encoding: string;
  /** Behind the byte order mark, in units. */
  start: number;
  whole: boolean;
}

/** How a file separates its cells, and its labels read that way. */
export interface Dialect {
  delimiter: string;
  quote: string;
  header: string[];
  /** Where the body begins, in units. */
  bodyStart: number;
}

export type DialectResult = { kind: 'found'; dialect: Dialect } | { kind: 'refused'; reason: string };

const delimiters = [',', ';', '|', '\t'];
const sampleRecords = 50;

interface Candidate extends Dialect {
  /** Whether nearly all sampled records have as many cells as the header. */
  even: boolean;
}

/** The cells of the records at the head of a file; null for one that cannot be divided. */
export function* readHeadRows(
  head: Head,
  dialect: Pick<Dialect, 'delimiter' | 'quote'>,
  start: number,
  width: number | null,
): Generator<{ span: RecordSpan; cells: string[] | null }> {
  const readCells = createCellReader(dialect.delimiter, dialect.quote);
  const decode = createDecoder(head.encoding);
  const perUnit = unitBytes(head.encoding);
  const rules = { ...dialect, width, final: head.whole, unitsMax: heldUnitsMax };
  let span = nextRecord(head.units, start, rules);
  for (; span !== null; span = nextRecord(head.units, span.next, rules)) {
    if (span.blank) continue;
    const text = span.torn ? null : decode(head.bytes.subarray(span.start * perUnit, span.end * perUnit));
    const read = text === null || text.includes('\0') ? null : readCells(text);
    yield { span, cells: read?.kind === 'cells' ? read.cells : null };
  }
}

function tryDelimiter(delimiter: string, head: Head, options: FileOptions): Candidate | null {
  const dialect = { delimiter, quote: options.quote ?? '"' };
  const [first] = readHeadRows(head, dialect, head.start, null).take(1);
  const labels = first?.cells ?? null;
  if (first === undefined || labels === null) return null;
  if (labels.length < 2 && options.delimiter === undefined) return null;
  const hasHeader = options.header !== false;
  const header = hasHeader ? nameColumns(labels) : placeNames(labels.length);
  const bodyStart = hasHeader ? first.span.next : head.start;
  const sample = readHeadRows(head, dialect, bodyStart, header.length)
    .take(sampleRecords)
    .map(({ cells }) => cells?.length)
    .toArray();
  const even = sample.filter((width) => width === header.length).length >= 0.9 * sample.length;
  return { ...dialect, header, bodyStart, even };
}

function refuse(candidates: readonly Candidate[], options: FileOptions): DialectResult {
  if (candidates.length === 0) {
    const wanted = options.delimiter === undefined ? ', ; | or a tab' : JSON.stringify(options.delimiter);
    return { kind: 'refused', reason: `no header: the first line has no cells divided by ${wanted}` };
  }
  const found = candidates.map(
    ({ delimiter, header }) => `${asSetting('delimiter', delimiter)} (${header.length} columns)`,
  );
  const reason = `it cannot be told which delimiter is meant, declare one: ${found.join(' or ')}`;
  return { kind: 'refused', reason };
}

function isMapped({ header }: Candidate, options: FileOptions): boolean {
  const choice = chooseMapping(header, options.mapping, options.mappings);
  return choice.kind === 'chosen' && mapHeader(header, choice.mapping).kind === 'mapped';
}

/**
 * Finds the delimiter by reading the head of a file with each, by the same rules as the file will be read. The
 * one under which the header says what is needed is right; else the only one under which the rows fit the
 * header. No lines but empty ones are skipped.
 */
export function findDialect(head: Head, options: FileOptions): DialectResult {
  const tried = options.delimiter === undefined ? delimiters : [options.delimiter];
  const candidates = tried
    .filter((delimiter) => isCertainByte(delimiter, head.encoding))
    .flatMap((delimiter) => tryDelimiter(delimiter, head, options) ?? []);
  const mapped = candidates.filter((candidate) => isMapped(candidate, options));
  const even = candidates.filter((candidate) => candidate.even);
  for (const choice of [mapped, mapped.filter((each) => each.even), even, candidates]) {
    const [only] = choice;
    if (only !== undefined && choice.length === 1) return { kind: 'found', dialect: only };
  }
  return refuse(candidates, options);
}
