import { z } from 'zod';
import { CoinlogError } from '../../errors.ts';
import type { LogEvent } from '../../log/event.ts';
import type { CoinRecord, QuoteValues, RecordIssue, RejectedRecord } from '../../sources/record.ts';
import type { FeedOfSource } from '../../sources/registry.ts';
import { declaredRows, listingRow, type ListingRow } from '../listings/fold.ts';
import type { Shape } from '../drift/shape.ts';
import { readRecords, type RecordContract } from './read-records.ts';
import { createDescriptions, type Descriptions } from '../coins/descriptions.ts';
import { takeIntoSpans, type Spans } from '../snapshots/spans.ts';
import { cellsOf, freshLines, originOf, stagedLines, type LineOrigin } from './lines.ts';

/** A record that is kept without some of its values. */
export interface CellReport {
  index: number;
  issues: RecordIssue[];
}

/** What an event with a payload comes to: rows to write, records put aside, and how many there were. */
export interface FoldedRecords {
  /** Lines of COPY, each with its end, in UTF-8. Bytes, which go from one thread to another without a copy. */
  staged: Uint8Array<ArrayBuffer>;
  /** The same of quotes that cannot meet another. */
  fresh: Uint8Array<ArrayBuffer>;
  /** In both. */
  rows: number;
  /** Records whose quotes are all in `fresh`: they need not be counted by what they meet. */
  freshRecords: number;
  /** Records of coins that an earlier page of the same run had. */
  repeated: number;
  /** Who the coins are by these records, for a `GatheredCoins`; empty where nobody gathers. */
  described: string;
  /** The coins with quotes, once each. */
  sourceCoinIds: string[];
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

/** What was folded before, as far as it decides what becomes of a record. */
export interface RecordsBefore {
  /** What was observed before is older than the history that is kept; null: all of it is. */
  takenFrom: Date | null;
  /** Coins that earlier pages of the run had. */
  seen: ReadonlySet<string>;
  /** Of all snapshots, and widened by these; null where nobody keeps them: every quote is compared then. */
  spans: Spans | null;
}

/** What an event comes to while it is put together. */
interface LinesOfEvent {
  origin: LineOrigin;
  descriptions: Descriptions;
  staged: string;
  fresh: string;
}

const utf8 = new TextEncoder();

/** Adds what a coin's record comes to. */
function foldCoin(
  folded: FoldedRecords,
  record: CoinRecord,
  { takenFrom, seen, spans }: RecordsBefore,
  into: LinesOfEvent,
): void {
  const { origin, descriptions } = into;
  const quotes = keptQuotes(record.quotes, takenFrom);
  if (quotes.length === 0) {
    folded.skipped += 1;
    return;
  }
  const { index, sourceCoinId, cellIssues } = record;
  if (cellIssues?.length) folded.cellReports.push({ index, issues: cellIssues });
  if (seen.has(sourceCoinId)) {
    folded.repeated += 1;
    return;
  }
  const cells = cellsOf(record);
  descriptions.take(record, cells, quotes);
  folded.rows += quotes.length;
  if (spans !== null && takeIntoSpans(spans, origin.source, sourceCoinId, quotes)) {
    into.fresh += freshLines(origin, record, cells, quotes);
    folded.freshRecords += 1;
  } else into.staged += stagedLines(origin, record, cells, quotes);
}

/**
 * The records of a `page.fetched` or `file.chunk` event. One that is older than the history counts as skipped. Throws on
 * a payload that no such event can have.
 */
export function foldRecords(
  event: LogEvent,
  { source, feed }: FeedOfSource,
  contract: RecordContract,
  before: RecordsBefore,
): FoldedRecords {
  const { records, shape, frozen } = readRecords(event, feed, contract);
  const folded: FoldedRecords = {
    staged: utf8.encode(),
    fresh: utf8.encode(),
    rows: 0,
    freshRecords: 0,
    repeated: 0,
    described: '',
    sourceCoinIds: [],
    listings: [],
    declared: declaredRows(
      event,
      source.name,
      records.filter((record) => record.kind === 'coin'),
    ),
    rejected: [],
    read: countRead(event, records.length),
    skipped: 0,
    cellReports: [],
    shape,
    frozen,
  };
  const into: LinesOfEvent = {
    origin: originOf(event, source.name),
    descriptions: createDescriptions(),
    staged: '',
    fresh: '',
  };
  for (const record of records) {
    if (record.kind === 'coin') foldCoin(folded, record, before, into);
    else if (record.kind === 'rejected') folded.rejected.push(record);
    else if (record.kind === 'listing') folded.listings.push(listingRow(event, source.name, record));
    else folded.skipped += 1;
  }
  folded.staged = utf8.encode(into.staged);
  folded.fresh = utf8.encode(into.fresh);
  folded.sourceCoinIds = into.descriptions.sourceCoinIds();
  if (before.spans !== null) folded.described = into.descriptions.lines();
  return folded;
}
