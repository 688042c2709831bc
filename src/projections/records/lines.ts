import { hash } from 'node:crypto';
import type { LogEvent } from '../../log/event.ts';
import { decimalFields, type CoinRecord, type QuoteValues } from '../../sources/record.ts';
import { ownCoinId } from '../identity/own-coin-id.ts';
import { cell, unknownCell } from '../copy-target.ts';

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
  observedAt: string,
  currency: string,
): string {
  // As JSON.stringify of the list of the four, which took twice as long.
  const name = `["${source}",${JSON.stringify(sourceCoinId)},"${observedAt}",${JSON.stringify(currency)}]`;
  const isShort = name.length * 3 <= idBytes.length - namespace.length;
  const named = isShort
    ? idBytes.subarray(0, namespace.length + idBytes.write(name, namespace.length))
    : Buffer.concat([namespace, Buffer.from(name)]);
  return hexUuid(hash('sha1', named, 'hex'), 5);
}

/** What all lines of an event share. */
export interface LineOrigin {
  source: string;
  version: number;
  /** From when the event was recorded to its version. */
  cells: string;
}

export const originOf = (event: LogEvent, source: string): LineOrigin => ({
  source,
  version: event.version,
  cells: `${event.recordedAt.toISOString()}\t${cell(event.stream)}\t${event.version}`,
});

/** A record's cells that are the same for each of its quotes. */
export interface RecordCells {
  sourceCoinId: string;
  symbolAndName: string;
  image: string;
}

export const cellsOf = ({ symbol, name, sourceCoinId, imageUrl }: CoinRecord): RecordCells => ({
  sourceCoinId: cell(sourceCoinId),
  symbolAndName: `${cell(symbol)}\t${cell(name ?? symbol ?? sourceCoinId)}`,
  image: cell(imageUrl),
});

function quoteLine(
  { source, cells }: LineOrigin,
  record: CoinRecord,
  said: RecordCells,
  quote: QuoteValues,
): string {
  const { sourceCoinId, symbolAndName, image } = said;
  // Numerals hold nothing to escape.
  let values = '';
  for (const field of decimalFields) values += `\t${quote[field] ?? unknownCell}`;
  values += `\t${quote.rank ?? unknownCell}`;
  const observedAt = quote.observedAt.toISOString();
  const id = snapshotId(source, record.sourceCoinId, observedAt, quote.currency);
  const digest = hexUuid(hash('md5', `${symbolAndName}\t${image}${values}`, 'hex'), 8);
  return `${id}\t${source}\t${sourceCoinId}\t${cell(quote.currency)}\t${symbolAndName}${values}\t${observedAt}\t${quote.observedAtBasis}\t${cells}\t${record.index}\t${digest}`;
}

/** What a record's quotes come to as lines, each with its end. */
export type Lines = (
  origin: LineOrigin,
  record: CoinRecord,
  cells: RecordCells,
  quotes: readonly QuoteValues[],
) => string;

/** For `staging`. */
export const stagedLines: Lines = (origin, record, cells, quotes) => {
  const rest = `${ownCoinId(origin.source, record.sourceCoinId)}\t${cells.image}`;
  return quotes.map((quote) => `${quoteLine(origin, record, cells, quote)}\t${rest}\n`).join('');
};

/** For `freshSnapshots`. */
export const freshLines: Lines = (origin, record, cells, quotes) => {
  const since = `${origin.version}\t${record.index}`;
  return quotes.map((quote) => `${quoteLine(origin, record, cells, quote)}\t${since}\n`).join('');
};
