import type { FileDescription, FileFeed, FileOptions } from '../source.ts';
import { chooseMapping } from './choose-mapping.ts';
import { type Dialect, type Head, findDialect, readHeadRows } from './dialect.ts';
import { findEncoding } from './encodings.ts';
import { findRepeated } from './header.ts';
import { type ColumnMap, mapHeader } from './mapping.ts';
import { declaredValues, refuseOptions } from './options.ts';
import { type ColumnSurvey, surveyColumns } from './survey.ts';
import { toUnits, unitBytes } from './units.ts';
import { warningsOf } from './warnings.ts';

/** All that the head of a file tells, more than is recorded of it. */
export interface Finding {
  description: FileDescription;
  map: ColumnMap;
  survey: ColumnSurvey[];
  head: Head;
}

export type FindingResult = ({ kind: 'found' } & Finding) | { kind: 'refused'; reason: string };

function countLineBreaks(units: Uint8Array): number {
  return new TextDecoder('latin1').decode(units).match(/\r\n|\r|\n/g)?.length ?? 0;
}

/** Whether a file has several rows of each coin; a list of today's may have one coin twice. */
function isHistory(rows: readonly string[][], { columns, identity }: ColumnMap): boolean {
  const column = columns[identity];
  const coins = column === undefined ? 1 : new Set(rows.map((cells) => cells[column])).size;
  return rows.length > 1 && rows.length >= 2 * coins;
}

function headRows(head: Head, dialect: Dialect): string[][] {
  const { header, bodyStart } = dialect;
  return readHeadRows(head, dialect, bodyStart, header.length)
    .flatMap(({ cells }) => (cells?.length === header.length ? [cells] : []))
    .toArray();
}

function findHead(bytes: Uint8Array, whole: boolean, options: FileOptions) {
  const found = findEncoding(bytes, whole, options);
  if (found.kind === 'refused') return found;
  const { encoding, markBytes, warnings } = found;
  const perUnit = unitBytes(encoding);
  const readable = whole ? bytes : bytes.subarray(0, bytes.length - (bytes.length % perUnit));
  const head: Head = {
    bytes,
    units: toUnits(readable, encoding),
    encoding,
    start: markBytes / perUnit,
    whole,
  };
  return { kind: 'found', head, warnings } as const;
}

/** Looks at the head of a file with everything that is found on the way. */
export function examine(bytes: Uint8Array, whole: boolean, options: FileOptions): FindingResult {
  const refused = (reason: string): FindingResult => ({ kind: 'refused', reason });
  const read = findHead(bytes, whole, options);
  if (read.kind === 'refused') return read;
  const { head } = read;
  const wrong = refuseOptions(options, head.encoding);
  if (wrong !== null) return refused(wrong);
  const found = findDialect(head, options);
  if (found.kind === 'refused') return found;
  const { delimiter, quote, header, bodyStart } = found.dialect;
  const choice = chooseMapping(header, options.mapping, options.mappings);
  if (choice.kind === 'refused') return choice;
  const mapped = mapHeader(header, choice.mapping);
  if (mapped.kind === 'refused') return mapped;
  const { map } = mapped;
  const rows = headRows(head, found.dialect);
  const survey = surveyColumns(rows, header.length, delimiter);
  const description: FileDescription = {
    mapping: map.mapping.name,
    encoding: head.encoding,
    delimiter,
    quote,
    header,
    bodyOffset: bodyStart * unitBytes(head.encoding),
    bodyLine: 1 + countLineBreaks(head.units.subarray(0, bodyStart)),
    unmapped: map.unmapped,
    columns: survey.map(({ format }) => format),
    ...declaredValues(options),
    identifiedBy: map.identity,
    history: isHistory(rows, map),
    ...(options.name === undefined ? {} : { name: options.name }),
  };
  const repeated = findRepeated(header);
  const warnings = [...read.warnings, ...warningsOf({ description, map, survey, repeated })];
  return { kind: 'found', description: { ...description, warnings }, map, survey, head };
}

/**
 * Looks at the head of a file (up to 1 MiB; `whole` when that is all of it) and says how to read it, or why it
 * cannot be read with certainty. The reason names what was found, for the person who brought the file.
 */
export const describe: FileFeed['describe'] = (bytes, whole, options = {}) => {
  const result = examine(bytes, whole, options);
  return result.kind === 'refused' ? result : { kind: 'described', description: result.description };
};
