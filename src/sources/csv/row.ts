import { observedAt } from '../observed-at.ts';
import { type QuoteValues, type RecordIssue, decimalFields, unknownQuote } from '../record.ts';
import type { CoinRecord, SourceCoinRef } from '../record.ts';
import {
  cleanImageUrl,
  cleanName,
  cleanSymbol,
  idLengthMax,
  isSourceCoinId,
  nameLengthMax,
  quoted,
} from '../text.ts';
import { type Field, declaredFields, declaredSources, decimalKinds, unitPriceFields } from './fields.ts';
import { isUnknown, readNumber, readRank } from './numbers.ts';
import type { RowContext } from './row-context.ts';

export type RowResult =
  { kind: 'coin'; coin: Omit<CoinRecord, 'index'> } | { kind: 'bad'; issues: RecordIssue[] };

/** The cells of one row by field, and what is wrong with them. */
interface Row {
  context: RowContext;
  /** Null where the file has no such column. */
  cell(field: Field): string | null;
  /** The row cannot be kept. */
  fail(field: Field, code: string, expected: string): void;
  /** The cell cannot be kept. */
  note(field: Field, code: string, expected: string): void;
}

function fileTime({
  modifiedAt,
  receivedAt,
}: RowContext): Pick<QuoteValues, 'observedAt' | 'observedAtBasis'> {
  const times = observedAt(modifiedAt, receivedAt);
  return times.observedAtBasis === 'source' ? { ...times, observedAtBasis: 'file' } : times;
}

/** Days and months in whatever order. */
const orderless = /^\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}\b/;

function readTime(row: Row): Pick<QuoteValues, 'observedAt' | 'observedAtBasis'> {
  const { context } = row;
  const cell = row.cell('date');
  // A row of a history without its day would otherwise be today's quote.
  if (cell === null || (isUnknown(cell) && !context.isHistory)) return fileTime(context);
  const date = context.readDate(cell);
  if (date === null) {
    const isAmbiguous = context.isDateDoubtful && orderless.test(cell);
    row.fail('date', isAmbiguous ? 'ambiguous_date' : 'invalid_date', context.dates);
  }
  const times = observedAt(date, context.receivedAt);
  if (date !== null && times.observedAtBasis === 'received')
    row.note('date', 'implausible_date', 'a time between 2009 and now');
  return times;
}

function readCurrency(row: Row): string {
  const cell = row.cell('currency');
  if (cell === null) return row.context.map.currency;
  if (!/^[A-Za-z]{3,5}$/.test(cell)) row.fail('currency', 'invalid_currency', 'a currency code, as USD');
  return cell.toUpperCase();
}

/** A price must be right or unknown; of the other numbers a bad one costs only itself. */
function readDecimals(row: Row, quote: QuoteValues): void {
  for (const field of decimalFields) {
    const cell = row.cell(field);
    if (cell === null) continue;
    const style = { currency: quote.currency, ...row.context.numberStyle(field) };
    const read = readNumber(cell, decimalKinds[field], style);
    if (read.kind === 'bad') row[field === 'price' ? 'fail' : 'note'](field, read.code, read.expected);
    if (read.kind !== 'number') continue;
    quote[field] = read.decimal;
    if (field === 'price' && read.decimal.startsWith('-'))
      row.fail(field, 'negative', 'a price of at least 0');
    if (read.isRounded && unitPriceFields.has(field)) {
      quote[field] = null;
      row.note(field, 'display_rounded', 'a price that is not rounded to nothing for display');
    }
  }
  // 0 is how sources write that there is no maximum, or none known.
  if (quote.maxSupply === '0') quote.maxSupply = null;
  if (quote.ath === '0') quote.ath = null;
}

function readLabel(
  row: Row,
  field: 'symbol' | 'name',
  clean: (text: string) => string | null,
): string | null {
  const cell = row.cell(field);
  if (cell === null) return null;
  if (cell.length <= nameLengthMax) return clean(cell);
  row.note(field, 'too_long', `at most ${nameLengthMax} characters`);
  return null;
}

function readImageUrl(row: Row): string | null {
  const cell = row.cell('imageUrl');
  const imageUrl = cleanImageUrl(cell);
  if (imageUrl === null && cell !== null && !isUnknown(cell))
    row.note('imageUrl', 'invalid_url', 'an address of the web');
  return imageUrl;
}

function readPlace(row: Row): number | null {
  const rank = readRank(row.cell('rank') ?? '');
  if (rank !== 'bad') return rank;
  row.note('rank', 'invalid_rank', 'a whole number of at least 1');
  return null;
}

/** The ids of other sources that the row names; one that is none costs only itself. */
function readDeclaredIds(row: Row, sourceCoinId: string): SourceCoinRef[] {
  const { mapping, identity } = row.context.map;
  const declared = new Map<string, string>();
  if (mapping.idsOf !== undefined && identity === 'id') declared.set(mapping.idsOf, sourceCoinId);
  for (const field of declaredFields) {
    const cell = row.cell(field);
    if (cell === null || isUnknown(cell)) continue;
    if (isSourceCoinId(cell)) declared.set(declaredSources[field], cell);
    else row.note(field, 'invalid_id', `1 to ${idLengthMax} characters`);
  }
  return [...declared].map(([source, id]) => ({ source, sourceCoinId: id }));
}

function readCoin(row: Row): Omit<CoinRecord, 'index'> {
  const { identity } = row.context.map;
  const sourceCoinId = row.cell(identity) ?? '';
  if (!isSourceCoinId(sourceCoinId)) row.fail(identity, 'invalid_id', `1 to ${idLengthMax} characters`);
  const quote: QuoteValues = { ...unknownQuote, currency: readCurrency(row), ...readTime(row) };
  readDecimals(row, quote);
  quote.rank = readPlace(row);
  const declaredIds = readDeclaredIds(row, sourceCoinId);
  return {
    kind: 'coin',
    sourceCoinId,
    symbol: readLabel(row, 'symbol', cleanSymbol),
    name: readLabel(row, 'name', cleanName),
    imageUrl: readImageUrl(row),
    quotes: [quote],
    ...(declaredIds.length > 0 && { declaredIds }),
  };
}

/** One coin with one quote from the cells of a row, as many as the header has; or everything wrong with it. */
export function readRow(cells: readonly string[], context: RowContext): RowResult {
  const issues: RecordIssue[] = [];
  const cellIssues: RecordIssue[] = [];
  const { columns, mapping } = context.map;
  const cell = (field: Field): string | null => {
    const column = columns[field];
    return column === undefined ? (mapping.constants?.[field] ?? null) : (cells[column] ?? '');
  };
  const reportTo =
    (list: RecordIssue[]) =>
    (field: Field, code: string, expected: string): void => {
      const path = quoted(context.header[columns[field] ?? -1] ?? field);
      const received = quoted(cell(field) ?? '');
      const message = `${path}: expected ${expected}, found "${received}"`;
      list.push({ path, code, message, expected, received });
    };
  const coin = readCoin({ context, cell, fail: reportTo(issues), note: reportTo(cellIssues) });
  if (issues.length > 0) return { kind: 'bad', issues };
  return { kind: 'coin', coin: cellIssues.length > 0 ? { ...coin, cellIssues } : coin };
}
