import { decimalColumns } from '../../../projections/columns.ts';
import { decimalFields } from '../../../sources/record.ts';
import type { SeriesRow } from '../../../read/export/snapshots.ts';

/** One cell: text, or a numeral that is written as it is, exact to the last digit. */
type Cell = { kind: 'text'; text: string } | { kind: 'numeral'; digits: string } | null;

const text = (value: string | null): Cell => (value === null ? null : { kind: 'text', text: value });
const numeral = (value: string | number | null): Cell =>
  value === null ? null : { kind: 'numeral', digits: String(value) };

/** The columns of an export, in their order; they are only ever added to. */
export const exportColumns: readonly string[] = [
  'source',
  'source_coin_id',
  'coin_id',
  'symbol',
  'name',
  'quote_currency',
  ...decimalFields.map((field) => decimalColumns[field]),
  'rank',
  'observed_at',
  'observed_at_basis',
  'stream',
  'version',
  'record_index',
];

const cellsOf = (row: SeriesRow): Cell[] => [
  text(row.series.source),
  text(row.series.sourceCoinId),
  text(row.series.coinId),
  text(row.symbol),
  text(row.name),
  text(row.series.currency),
  ...decimalFields.map((field) => numeral(row[field])),
  numeral(row.rank),
  text(row.observedAt.toISOString()),
  text(row.observedAtBasis),
  text(row.stream),
  numeral(row.version),
  numeral(row.recordIndex),
];

/** How an export is written. */
export interface ExportFormat {
  extension: string;
  mediaType: string;
  head: string;
  line: (row: SeriesRow) => string;
}

function jsonCell(cell: Cell): string {
  if (cell === null) return 'null';
  return cell.kind === 'numeral' ? cell.digits : JSON.stringify(cell.text);
}

const jsonKeys = exportColumns.map((column) => JSON.stringify(column));

const ndjson: ExportFormat = {
  extension: 'ndjson',
  mediaType: 'application/x-ndjson',
  head: '',
  line: (row) =>
    `{${cellsOf(row)
      .map((cell, place) => `${jsonKeys[place]}:${jsonCell(cell)}`)
      .join(',')}}\n`,
};

/** RFC 4180: a cell with a comma, a quotation mark or a line break stands in quotation marks. */
function csvCell(cell: Cell): string {
  if (cell === null) return '';
  const value = cell.kind === 'numeral' ? cell.digits : cell.text;
  // An empty text is no null.
  return value === '' || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

const csv: ExportFormat = {
  extension: 'csv',
  mediaType: 'text/csv',
  head: `${exportColumns.join(',')}\r\n`,
  line: (row) => `${cellsOf(row).map(csvCell).join(',')}\r\n`,
};

export const exportFormats: readonly ExportFormat[] = [ndjson, csv];
