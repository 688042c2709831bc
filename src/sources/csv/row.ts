import { observedAt } from '../observed-at.ts';
import { type QuoteValues, type RecordIssue, decimalFields, unknownQuote } from '../record.ts';
import type { CoinRecord } from '../record.ts';
import {
  cleanImageUrl,
  cleanName,
  cleanSymbol,
  idLengthMax,
  isSourceCoinId,
  nameLengthMax,
  quoted,
} from '../text.ts';
import { readDate } from './dates.ts';
import { type Field, decimalKinds } from './fields.ts';
import type { Mapping } from './mapping.ts';
import { type NumberStyle, readNumber, readRank } from './numbers.ts';

/** What is known of every row of a chunk. */
export interface RowContext {
  header: readonly string[];
  mapping: Mapping;
  delimiter: string;
  receivedAt: Date;
  /** When the file was last written; null when nobody knows. */
  modifiedAt: Date | null;
}

export type RowResult =
  { kind: 'coin'; coin: Omit<CoinRecord, 'index'> } | { kind: 'bad'; issues: RecordIssue[] };

/** The cells of one row by field, and what is wrong with them. */
interface Row {
  context: RowContext;
  /** Null where the file has no such column. */
  cell(field: Field): string | null;
  fail(field: Field, code: string, expected: string): void;
}

function readTime(row: Row): Pick<QuoteValues, 'observedAt' | 'observedAtBasis'> {
  const { receivedAt, modifiedAt } = row.context;
  const cell = row.cell('date');
  if (cell !== null) {
    const date = readDate(cell);
    // A row of years ago with its date unread would otherwise be today's quote.
    if (date === null) row.fail('date', 'invalid_date', 'an ISO 8601 time or a unix time');
    return observedAt(date, receivedAt);
  }
  const times = observedAt(modifiedAt, receivedAt);
  return times.observedAtBasis === 'source' ? { ...times, observedAtBasis: 'file' } : times;
}

function readCurrency(row: Row): string {
  const cell = row.cell('currency');
  if (cell === null) return row.context.mapping.currency;
  if (!/^[A-Za-z]{3,5}$/.test(cell)) row.fail('currency', 'invalid_currency', 'a currency code, as USD');
  return cell.toUpperCase();
}

/** A price must be right or unknown; of the other numbers a bad one costs only itself. */
function readDecimals(row: Row, quote: QuoteValues): void {
  const style: NumberStyle = { currency: quote.currency, commaIsDoubtful: row.context.delimiter === ';' };
  for (const field of decimalFields) {
    const cell = row.cell(field);
    if (cell === null) continue;
    const read = readNumber(cell, decimalKinds[field], style);
    if (read.kind === 'number') quote[field] = read.decimal;
    if (field !== 'price') continue;
    if (read.kind === 'bad') row.fail(field, 'invalid_number', read.expected);
    if (read.kind === 'number' && read.decimal.startsWith('-'))
      row.fail(field, 'negative', 'a price of at least 0');
    // `$0.00` is a small price rounded for display.
    if (read.kind === 'number' && read.signed && read.decimal === '0') quote.price = null;
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
  return cell === null || cell.length > nameLengthMax ? null : clean(cell);
}

function readCoin(row: Row): Omit<CoinRecord, 'index'> {
  const { identity } = row.context.mapping;
  const sourceCoinId = row.cell(identity) ?? '';
  if (!isSourceCoinId(sourceCoinId)) row.fail(identity, 'invalid_id', `1 to ${idLengthMax} characters`);
  const quote: QuoteValues = { ...unknownQuote, currency: readCurrency(row), ...readTime(row) };
  readDecimals(row, quote);
  quote.rank = readRank(row.cell('rank') ?? '');
  return {
    kind: 'coin',
    sourceCoinId,
    symbol: readLabel(row, 'symbol', cleanSymbol),
    name: readLabel(row, 'name', cleanName),
    imageUrl: cleanImageUrl(row.cell('imageUrl')),
    quotes: [quote],
  };
}

/** One coin with one quote from the cells of a row, as many as the header has; or everything wrong with it. */
export function readRow(cells: readonly string[], context: RowContext): RowResult {
  const issues: RecordIssue[] = [];
  const { columns } = context.mapping;
  const cell = (field: Field): string | null => {
    const column = columns[field];
    return column === undefined ? null : (cells[column] ?? '');
  };
  const fail = (field: Field, code: string, expected: string): void => {
    const path = quoted(context.header[columns[field] ?? -1] ?? field);
    const received = quoted(cell(field) ?? '');
    issues.push({
      path,
      code,
      message: `${path}: expected ${expected}, found "${received}"`,
      expected,
      received,
    });
  };
  const coin = readCoin({ context, cell, fail });
  return issues.length > 0 ? { kind: 'bad', issues } : { kind: 'coin', coin };
}
