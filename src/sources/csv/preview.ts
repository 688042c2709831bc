import type { CoinRecord, QuoteValues, RecordIssue, SourceRecord } from '../record.ts';
import type { FileDescription, FileOptions } from '../source.ts';
import { type Finding, examine } from './describe.ts';
import type { Field } from './fields.ts';
import { createRecordReader } from './record-reader.ts';
import { placeRecords } from './records.ts';
import { createRowContext } from './row-context.ts';
import type { ColumnType } from './survey.ts';

/** What the file system says of a file. */
export interface FileFacts {
  modifiedAt: Date | null;
  /** Now, for a file that is only looked at. */
  receivedAt: Date;
}

/** One column of the file, and what becomes of it. */
export interface ColumnPreview {
  label: string;
  /** Null: no field of ours takes it. */
  field: Field | null;
  type: ColumnType;
  decimalSeparator: string | null;
  dateFormat: string | null;
}

/** A row as it would be stored. */
export interface RowPreview extends Omit<CoinRecord, 'quotes'> {
  quotes: (Omit<QuoteValues, 'observedAt'> & { observedAt: string })[];
}

export interface RejectPreview {
  line: number | null;
  byteOffset: number | null;
  issues: RecordIssue[];
}

/** Cells of one column that would be null, for one reason. */
export interface NulledPreview {
  path: string;
  code: string;
  cells: number;
  example: string;
}

/** What reading a file would come to, by its head alone: plain JSON. */
export type Preview =
  | { kind: 'refused'; reason: string }
  | {
      kind: 'preview';
      description: FileDescription;
      /** What was found, as the options that would declare it. */
      settings: Record<string, string | boolean>;
      columns: ColumnPreview[];
      counts: { read: number; accepted: number; rejected: number; skipped: number; nulledCells: number };
      rows: RowPreview[];
      rejected: RejectPreview[];
      nulled: NulledPreview[];
      /** The counts are those of the whole file. */
      whole: boolean;
    };

const rowsShown = 10;
const rejectsShown = 20;

const isCoin = (record: SourceRecord): record is CoinRecord => record.kind === 'coin';

function asRow(coin: CoinRecord): RowPreview {
  const quotes = coin.quotes.map((quote) => ({ ...quote, observedAt: quote.observedAt.toISOString() }));
  return { ...coin, quotes };
}

function asReject(record: SourceRecord): RejectPreview[] {
  if (record.kind !== 'rejected') return [];
  return [{ line: record.line, byteOffset: record.byteOffset ?? null, issues: record.issues }];
}

function nulledCells(coins: readonly CoinRecord[]): NulledPreview[] {
  const issues = coins.flatMap((coin) => coin.cellIssues ?? []);
  const groups = Map.groupBy(issues, ({ path, code }) => JSON.stringify([path, code])).values();
  return [...groups].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { path, code, received } = first;
    return [{ path, code, cells: group.length, example: received ?? '' }];
  });
}

function columnPreviews({ description, map, survey }: Finding): ColumnPreview[] {
  const fields = new Map(Object.entries(map.columns).map(([field, column]) => [column, field as Field]));
  return description.header.map((label, column) => ({
    label,
    field: fields.get(column) ?? null,
    type: survey[column]?.type ?? 'empty',
    decimalSeparator: survey[column]?.format.decimal ?? null,
    dateFormat: survey[column]?.format.date ?? null,
  }));
}

function settingsOf({ description, map }: Finding, options: FileOptions): Record<string, string | boolean> {
  const { encoding, delimiter, quote = '"', mapping, columns, declared } = description;
  const found = columns?.[map.columns.date ?? -1]?.date;
  return {
    encoding,
    delimiter,
    quote,
    header: options.header ?? true,
    mapping,
    ...(found === undefined ? {} : { dateFormat: found }),
    ...declared,
  };
}

function readHead({ description, map, head }: Finding, facts: FileFacts): SourceRecord[] {
  const readRecord = createRecordReader(description, createRowContext(description, map, facts));
  const place = { description, offset: 0, firstLine: description.bodyLine };
  return placeRecords(head.bytes, place, head.whole).map(readRecord).toArray();
}

/** Reads the head of a file (up to 1 MiB) as it would be read, and stores nothing. */
export function previewFile(
  bytes: Uint8Array,
  whole: boolean,
  options: FileOptions,
  facts: FileFacts,
): Preview {
  const finding = examine(bytes, whole, options);
  if (finding.kind === 'refused') return finding;
  const records = readHead(finding, facts);
  const coins = records.filter(isCoin);
  const rejected = records.flatMap(asReject);
  const nulled = nulledCells(coins);
  return {
    kind: 'preview',
    description: finding.description,
    settings: settingsOf(finding, options),
    columns: columnPreviews(finding),
    counts: {
      read: records.length,
      accepted: coins.length,
      rejected: rejected.length,
      skipped: records.length - coins.length - rejected.length,
      nulledCells: nulled.reduce((sum, { cells }) => sum + cells, 0),
    },
    rows: coins.slice(0, rowsShown).map(asRow),
    rejected: rejected.slice(0, rejectsShown),
    nulled,
    whole,
  };
}
