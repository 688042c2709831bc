/** A record this long is no row of coins: it is kept in the log and rejected when it is read. */
export const maxRecordBytes = 1024 * 1024;

/** Where one record lies in a run of bytes. */
export interface RecordSpan {
  start: number;
  /** Behind its last byte, without the line break that ends it. */
  end: number;
  /** Where the next record begins. */
  next: number;
  /** Line breaks from `start` to `next`, those inside quotes too. */
  lineBreaks: number;
  /** An empty line: no record at all. */
  blank: boolean;
  /** Cut off without its proper end (a quote never closed, a line without an end): it cannot be read. */
  torn: boolean;
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const quote = 0x22;
const blanks = new Set([0x20, 0x09, 0x0b, 0x0c]);

const isLineBreak = (byte: number | undefined): boolean => byte === lineFeed || byte === carriageReturn;

/** Behind the line break at `at`; null when the byte after a carriage return is still to come. */
function behindLineBreak(bytes: Uint8Array, at: number, final: boolean): number | null {
  if (bytes[at] === lineFeed) return at + 1;
  if (at + 1 < bytes.length) return bytes[at + 1] === lineFeed ? at + 2 : at + 1;
  return final ? at + 1 : null;
}

function findLineBreak(bytes: Uint8Array, from: number, to: number): number | null {
  for (let at = from; at < to; at += 1) if (isLineBreak(bytes[at])) return at;
  return null;
}

const torn = (start: number, end: number, next: number): RecordSpan => ({
  start,
  end,
  next,
  lineBreaks: next > end ? 1 : 0,
  blank: false,
  torn: true,
});

/**
 * The record that reached neither an end nor, within `bytesMax`, a closing quote. It ends at its first
 * line break, so that one stray quote costs one line and not the rest of the file. A line without any break is
 * cut into pieces, none of them shorter than the limit: each is then known to be a piece by its length alone.
 */
function tearRecord(bytes: Uint8Array, start: number, final: boolean, bytesMax: number): RecordSpan | null {
  const end = findLineBreak(bytes, start, Math.min(bytes.length, start + 2 * bytesMax));
  if (end !== null) {
    const next = behindLineBreak(bytes, end, final);
    return next === null ? null : torn(start, end, next);
  }
  if (bytes.length >= start + 2 * bytesMax) return torn(start, start + bytesMax, start + bytesMax);
  return final ? torn(start, bytes.length, bytes.length) : null;
}

/**
 * The record that begins at `start`, by the quoting rules of RFC 4180: a quote counts as one only at the
 * beginning of a cell. Null when its end is not within `bytes` and more may come (`final` is false), or when
 * nothing is left. More bytes never change an answer that was not null, and a record is the same in any run of
 * whole records: so those of a chunk are those of the file.
 */
export function nextRecord(
  bytes: Uint8Array,
  start: number,
  delimiter: string,
  final: boolean,
  bytesMax: number = maxRecordBytes,
): RecordSpan | null {
  if (start >= bytes.length) return null;
  const separator = delimiter.charCodeAt(0);
  const limit = Math.min(bytes.length, start + bytesMax);
  let cellStart = true;
  let quoted = false;
  let lineBreaks = 0;
  for (let at = start; at < limit; at += 1) {
    const byte = bytes[at];
    if (quoted) {
      if (byte === quote) {
        if (bytes[at + 1] === quote) at += 1;
        else quoted = false;
      } else if (byte === lineFeed || (byte === carriageReturn && bytes[at + 1] !== lineFeed)) {
        lineBreaks += 1;
      }
    } else if (byte === separator) {
      cellStart = true;
    } else if (isLineBreak(byte)) {
      const next = behindLineBreak(bytes, at, final);
      if (next === null) return null;
      return { start, end: at, next, lineBreaks: lineBreaks + 1, blank: at === start, torn: false };
    } else if (cellStart && byte === quote) {
      quoted = true;
      cellStart = false;
    } else if (cellStart && byte !== undefined && !blanks.has(byte)) {
      cellStart = false;
    }
  }
  const reachedLimit = limit === start + bytesMax;
  if (!reachedLimit && !final) return null;
  if (!reachedLimit && !quoted) {
    return { start, end: bytes.length, next: bytes.length, lineBreaks, blank: false, torn: false };
  }
  return tearRecord(bytes, start, final, bytesMax);
}
