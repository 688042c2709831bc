import { decimalFields } from './record.ts';
import type { CoinRecord, ListingRecord, QuoteValues, SourceRecord } from './record.ts';
import { isSourceCoinId } from './text.ts';

/** What PostgreSQL's numeric reads, without its words for infinity and no number. */
const numericText = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,4})?$/;

const isUpperCase = (text: string): boolean => text === text.toUpperCase();
const isDecimal = (text: string | null): boolean =>
  text === null || (numericText.test(text) && text !== '-0');

function* quoteProblems(quote: QuoteValues): Generator<string> {
  if (!/^[A-Z0-9]+$/.test(quote.currency)) yield `currency ${quote.currency} is not upper case`;
  for (const field of decimalFields) {
    const value: unknown = quote[field];
    if (value !== null && typeof value !== 'string') yield `${field} is ${typeof value}, not text or null`;
    else if (!isDecimal(value)) yield `${field} is no decimal: ${value}`;
  }
  const { rank } = quote;
  if (rank !== null && !(Number.isInteger(rank) && rank >= 1)) yield `rank is ${rank}`;
  if (Number.isNaN(quote.observedAt.getTime())) yield 'observedAt is no time';
}

function* namingProblems(record: CoinRecord | ListingRecord): Generator<string> {
  if (!isSourceCoinId(record.sourceCoinId)) yield `id ${JSON.stringify(record.sourceCoinId)}`;
  if (record.symbol !== null && !isUpperCase(record.symbol))
    yield `symbol ${record.symbol} is not upper case`;
  if (record.symbol === '' || record.name === '') yield 'an empty symbol or name is not null';
}

function* listingProblems({ part, contracts, mappedIds }: ListingRecord): Generator<string> {
  if (part === '') yield 'an empty part is left out';
  for (const { platform, address } of contracts)
    if (!isSourceCoinId(platform) || !isSourceCoinId(address))
      yield `contract ${JSON.stringify([platform, address])}`;
  for (const { source, sourceCoinId } of mappedIds)
    if (source === '' || !isSourceCoinId(sourceCoinId)) yield `mapped id ${JSON.stringify(sourceCoinId)}`;
}

function* coinProblems(coin: CoinRecord): Generator<string> {
  if (coin.quotes.length === 0) yield 'no quotes: such a record is skipped, with a reason';
  const currencies = new Set(coin.quotes.map((quote) => quote.currency));
  if (currencies.size !== coin.quotes.length) yield 'two quotes in one currency';
  for (const quote of coin.quotes) yield* quoteProblems(quote);
}

function* recordProblems(record: SourceRecord): Generator<string> {
  if (record.kind === 'coin' || record.kind === 'listing') yield* namingProblems(record);
  if (record.kind === 'coin') yield* coinProblems(record);
  if (record.kind === 'listing') yield* listingProblems(record);
  if (record.kind === 'skipped' && record.reason === '') yield 'skipped without a reason';
  if (record.kind === 'rejected' && record.issues.length === 0) yield 'rejected without an issue';
  if (JSON.stringify(record).includes(String.raw`\u0000`)) yield 'NUL, which PostgreSQL cannot hold';
}

/** Everything that is wrong with the records of one event, whatever its source: none for a source that conforms. */
export function problemsOf(records: readonly SourceRecord[]): string[] {
  return records.flatMap((record, position) => {
    const found = recordProblems(record).toArray();
    if (record.index !== position)
      found.push(`index is ${record.index}: a record is missing or counted twice`);
    return found.map((problem) => `record ${position}: ${problem}`);
  });
}
