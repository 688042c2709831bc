import { hidesRow } from './resync.ts';
import { type Scan, type SplitRules, isLineBreak, scanRecord } from './scan.ts';

export type { SplitRules } from './scan.ts';

/** Longer than this no record is held together, so that memory has a bound. */
export const heldUnitsMax = 16 * 1024 * 1024;

/** Where one record lies in a run of units. */
export interface RecordSpan {
  start: number;
  /** Behind its last unit, without the line break that ends it. */
  end: number;
  /** Where the next record begins. */
  next: number;
  /** Line breaks from `start` to `next`, those inside quotes too. */
  lineBreaks: number;
  /** An empty line: no record at all. */
  blank: boolean;
  /** It has no proper end (a quote never closed, a line too long): it cannot be read. */
  torn: boolean;
}

/** Behind the line break at `at`; null when the unit after a carriage return is still to come. */
function behindLineBreak(units: Uint8Array, at: number, final: boolean): number | null {
  if (units[at] === 0x0a) return at + 1;
  if (at + 1 < units.length) return units[at + 1] === 0x0a ? at + 2 : at + 1;
  return final ? at + 1 : null;
}

/**
 * A damaged record ends at its first line break: one stray quote then costs one row and not the rest of the file. A line
 * that has no end within the limit is cut into pieces, none of them shorter than the limit: each is then known to be a
 * piece by its length alone.
 */
function tearRecord(units: Uint8Array, start: number, { unitsMax, final }: SplitRules): RecordSpan | null {
  const torn = (end: number, next: number): RecordSpan => ({
    start,
    end,
    next,
    lineBreaks: next > end ? 1 : 0,
    blank: false,
    torn: true,
  });
  const limit = Math.min(units.length, start + 2 * unitsMax);
  for (let at = start; at < limit; at += 1) {
    if (!isLineBreak(units[at])) continue;
    const next = behindLineBreak(units, at, final);
    return next === null ? null : torn(at, next);
  }
  if (limit === start + 2 * unitsMax) return torn(start + unitsMax, start + unitsMax);
  return final ? torn(limit, limit) : null;
}

/** Whether a record is what its quotes say; null until more units have come. */
function isWhole(units: Uint8Array, start: number, scan: Scan, rules: SplitRules): boolean | null {
  if (scan.quoted) return false;
  if (scan.lineBreaks === 0) return true;
  if (!scan.sound) return false;
  if (rules.width === null || scan.cells === rules.width) return true;
  const hides = hidesRow(units, start, scan.end, rules);
  return hides === null ? null : !hides;
}

/**
 * The record that begins at `start`. Null when its end is not among the units and more may come (`final` is false), or
 * when nothing is left. More units never change an answer that was not null, and a record is the same in any run of
 * whole records: so those of a chunk are those of the file.
 */
export function nextRecord(units: Uint8Array, start: number, rules: SplitRules): RecordSpan | null {
  if (start >= units.length) return null;
  const limit = Math.min(units.length, start + rules.unitsMax);
  const isTooLong = limit - start === rules.unitsMax;
  const scan = scanRecord(units, start, limit, rules);
  if (!scan.ended && isTooLong) return tearRecord(units, start, rules);
  if (!scan.ended && !rules.final) return null;
  const next = scan.ended ? behindLineBreak(units, scan.end, rules.final) : limit;
  const whole = next === null ? null : isWhole(units, start, scan, rules);
  if (next === null || whole === null) return null;
  if (!whole) return tearRecord(units, start, rules);
  const { end, lineBreaks } = scan;
  return {
    start,
    end,
    next,
    lineBreaks: lineBreaks + (scan.ended ? 1 : 0),
    blank: end === start,
    torn: false,
  };
}
