/** How records are told apart. */
export interface SplitRules {
  delimiter: string;
  /** Empty: there are none. */
  quote: string;
  /** How many cells a row has; null while the header itself is looked for. */
  width: number | null;
  /** Nothing comes after the units at hand. */
  final: boolean;
  /** A record this long is not held together. */
  unitsMax: number;
}

/** What was met on the way from a record's first unit to its end. */
export interface Scan {
  /** At the line break that ends it; else where the units ended. */
  end: number;
  ended: boolean;
  /** The units ended within quotes. */
  quoted: boolean;
  /** Nothing but blanks came between a closing quote and the next delimiter. */
  sound: boolean;
  cells: number;
  /** Line breaks within quotes. */
  lineBreaks: number;
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const noQuote = -1;

export const isLineBreak = (unit: number | undefined): boolean =>
  unit === lineFeed || unit === carriageReturn;
const isBlank = (unit: number | undefined): boolean =>
  unit === 0x20 || unit === 0x09 || unit === 0x0b || unit === 0x0c;

/**
 * Walks over the record at `start` by the quoting rules of RFC 4180, blanks around quotes allowed: a quote counts as
 * one only at the beginning of a cell. With `stopAtFault` it goes no further than the first thing that is wrong.
 */
export function scanRecord(
  units: Uint8Array,
  start: number,
  limit: number,
  rules: Pick<SplitRules, 'delimiter' | 'quote'>,
  stopAtFault = false,
): Scan {
  const separator = rules.delimiter.charCodeAt(0);
  const quote = rules.quote === '' ? noQuote : rules.quote.charCodeAt(0);
  const scan: Scan = { end: limit, ended: false, quoted: false, sound: true, cells: 1, lineBreaks: 0 };
  let cellStart = true;
  let closed = false;
  let quoted = false;
  for (let at = start; at < limit; at += 1) {
    const unit = units[at];
    if (quoted) {
      if (unit === quote) {
        if (units[at + 1] === quote) at += 1;
        else [quoted, closed] = [false, true];
      } else if (unit === lineFeed || (unit === carriageReturn && units[at + 1] !== lineFeed)) {
        scan.lineBreaks += 1;
      }
    } else if (unit === separator) {
      cellStart = true;
      closed = false;
      scan.cells += 1;
    } else if (isLineBreak(unit)) {
      return { ...scan, end: at, ended: true };
    } else if (cellStart && unit === quote) {
      quoted = true;
      cellStart = false;
    } else if ((cellStart || closed) && !isBlank(unit)) {
      if (closed) scan.sound = false;
      if (closed && stopAtFault) return scan;
      cellStart = false;
      closed = false;
    }
  }
  scan.quoted = quoted;
  return scan;
}
