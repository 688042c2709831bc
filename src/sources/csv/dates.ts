import { parseTime } from '../observed-at.ts';

/** Unix seconds have 9 to 11 digits from 1973 to 5138, and milliseconds 12 to 14. */
const unix = /^\d{9,14}(?:\.\d{1,9})?$/;
const millisecondsFrom = 1e11;

/**
 * The time in a date cell: ISO 8601 (UTC unless it says otherwise), `YYYY-MM-DD HH:MM:SS` with or without `UTC`,
 * unix seconds or milliseconds. Null for all that could be read in two ways, such as `03-07-21` or `01/02/2021`.
 */
export function readDate(cell: string): Date | null {
  if (!unix.test(cell)) return parseTime(cell.replace(/ ?(?:UTC|GMT)$/, 'Z'));
  const value = Number(cell);
  return new Date(Math.round(value < millisecondsFrom ? value * 1000 : value));
}
