import { type SplitRules, isLineBreak, scanRecord } from './scan.ts';

/** How far a row may reach that ends a damaged record: one of an export with objects in its cells does. */
const rowUnitsMax = 64 * 1024;

/** Whether a row of the right number of cells begins at `at`; null until more units have come. */
function isRow(units: Uint8Array, at: number, rules: SplitRules): boolean | null {
  const farthest = at + Math.min(rowUnitsMax, rules.unitsMax);
  const limit = Math.min(units.length, farthest);
  const row = scanRecord(units, at, limit, rules, true);
  const isFitting = row.sound && row.cells === rules.width;
  if (row.ended) return isFitting;
  if (!row.sound || limit === farthest) return false;
  if (!rules.final) return null;
  return isFitting && !row.quoted;
}

/**
 * Whether a line behind the first of the record from `start` to `end` is a row by itself; null until more units have
 * come. Then the record is none: a quote somewhere in it was never meant to reach so far.
 */
export function hidesRow(units: Uint8Array, start: number, end: number, rules: SplitRules): boolean | null {
  for (let at = start; at < end; at += 1) {
    if (!isLineBreak(units[at])) continue;
    if (units[at] === 0x0d && units[at + 1] === 0x0a) at += 1;
    const verdict = at + 1 < end && isRow(units, at + 1, rules);
    if (verdict !== false) return verdict;
  }
  return false;
}
