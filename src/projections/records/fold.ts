import { hash } from 'node:crypto';
import { z } from 'zod';
import { CoinlogError } from '../../errors.ts';
import type { LogEvent } from '../../log/event.ts';
import {
  decimalFields,
  type CoinRecord,
  type QuoteValues,
  type RecordIssue,
  type RejectedRecord,
} from '../../sources/record.ts';
import type { FeedOfSource } from '../../sources/registry.ts';
import { declaredRows, listingRow, type ListingRow } from '../listings/fold.ts';
import { ownCoinId } from '../identity/own-coin-id.ts';
import type { Shape } from '../drift/shape.ts';
import { readRecords, type RecordContract } from './read-records.ts';
import { stagedRow, unknownCell } from './staged.ts';

/** A record that is kept without some of its values. */
export interface CellReport {
  index: number;
  issues: RecordIssue[];
}

/** What an event with a payload comes to: rows to stage, records put aside, and how many there were. */
export interface FoldedRecords {
  /** Lines of COPY, each with its end. One text for all, which is handed from a thread to another in one piece. */
  staged: string;
  stagedRows: number;
  /** A row for each record of a directory. */
  listings: ListingRow[];
  /** What its coins are declared to be: beside their quotes, by which they are counted. */
  declared: ListingRow[];
  rejected: RejectedRecord[];
  /** Counted where the payload was received or split, apart from what becomes of each. */
  read: number;
  skipped: number;
  /** Values that could not be read and are null for that, by record. */
  cellReports: CellReport[];
  /** What the values were like, for the feed's drift; null for a file. */
  shape: Shape | null;
  /** The whole page was put aside: it differs, and the source's mode is to freeze. */
  frozen: boolean;
}

// The namespace of coinlog's snapshot ids: any fixed UUID.
const namespace = Buffer.from('6f1d2a7e5b0c4f0f9a4be1c7d5a3b8e2', 'hex');

// One for all ids, since every quote has one. A name that does not fit gets its own.
const idBytes = Buffer.alloc(4_096);
idBytes.set(namespace);

/** A digest in hexadecimal as a UUID of a version; as `asUuid` makes it of bytes. */
function hexUuid(hex: string, version: number): string {
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${version}${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** UUIDv5 of (source, source coin, observed at, currency): the same after every rebuild. */
export function snapshotId(
  source: string,
  sourceCoinId: string,
  quote: Pick<QuoteValues, 'observedAt' | 'currency'>,
): string {
  const name = JSON.stringify([source, sourceCoinId, quote.observedAt.toISOString(), quote.currency]);
  const isShort = name.length * 3 <= idBytes.length - namespace.length;
  const named = isShort
    ? idBytes.subarray(0, namespace.length + idBytes.write(name, namespace.length))
    : Buffer.concat([namespace, Buffer.from(name)]);
  return hexUuid(hash('sha1', named, 'hex'), 5);
}

function asStagedRow(event: LogEvent, source: string, record: CoinRecord, quote: QuoteValues): string {
  const names = stagedRow([
    record.symbol,
    record.name ?? record.symbol ?? record.sourceCoinId,
    record.imageUrl,
  ]);
  // Numerals hold nothing to escape.
  let content = names;
  for (const field of decimalFields) content += `\t${quote[field] ?? unknownCell}`;
  content += `\t${quote.rank ?? unknownCell}`;
  const which = stagedRow([
    snapshotId(source, record.sourceCoinId, quote),
    source,
    record.sourceCoinId,
    ownCoinId(source, record.sourceCoinId),
    quote.currency,
  ]);
  const observed = `${quote.observedAt.toISOString()}\t${quote.observedAtBasis}`;
  const from = `${event.recordedAt.toISOString()}\t${event.stream}\t${event.version}\t${record.index}`;
  return `${which}\t${content}\t${observed}\t${from}\t${hexUuid(hash('md5', content, 'hex'), 8)}`;
}

/** `usd` and `USD` are one: the first counts, since two of one record could not tell which wins. */
const onePerCurrency = (quotes: readonly QuoteValues[]): QuoteValues[] => [
  ...new Map(quotes.toReversed().map((quote) => [quote.currency, quote])).values(),
];

const counted = z.object({ records: z.number() });

/** Throws when records were lost or made up between the splitter, which counted them, and the parser. */
function countRead(event: LogEvent, parsed: number): number {
  const read = counted.safeParse(event.metadata).data?.records ?? parsed;
  if (read !== parsed)
    throw new CoinlogError('FOLD_FAILED', `${read} records were counted on arrival, and ${parsed} were read`);
  return read;
}

/** `takenFrom`: what was observed before is older than the history that is kept; null: all of it is. */
const keptQuotes = (quotes: readonly QuoteValues[], takenFrom: Date | null): QuoteValues[] =>
  onePerCurrency(quotes).filter(({ observedAt }) => takenFrom === null || observedAt >= takenFrom);

/**
 * Pure: the records of a `page.fetched` or `file.chunk` event. One that is older than the history counts as skipped.
 * Throws on a payload that no such event can have.
 */
export function foldRecords(
  event: LogEvent,
  { source, feed }: FeedOfSource,
  contract: RecordContract,
  takenFrom: Date | null,
): FoldedRecords {
  const { records, shape, frozen } = readRecords(event, feed, contract);
  const read = countRead(event, records.length);
  const folded: FoldedRecords = {
    staged: '',
    stagedRows: 0,
    listings: [],
    declared: declaredRows(
      event,
      source.name,
      records.filter((record) => record.kind === 'coin'),
    ),
    rejected: [],
    read,
    skipped: 0,
    cellReports: [],
    shape,
    frozen,
  };
  for (const record of records) {
    if (record.kind === 'rejected') folded.rejected.push(record);
    else if (record.kind === 'listing') folded.listings.push(listingRow(event, source.name, record));
    else {
      const quotes = record.kind === 'skipped' ? [] : keptQuotes(record.quotes, takenFrom);
      if (record.kind === 'skipped' || quotes.length === 0) {
        folded.skipped += 1;
        continue;
      }
      if (record.cellIssues?.length)
        folded.cellReports.push({ index: record.index, issues: record.cellIssues });
      for (const quote of quotes) {
        folded.staged += `${asStagedRow(event, source.name, record, quote)}\n`;
        folded.stagedRows += 1;
      }
    }
  }
  return folded;
}
