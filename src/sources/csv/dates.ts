import { parseTime } from '../observed-at.ts';
import { type DateParts, createFormatReader, isSpecialFormat } from './date-format.ts';
import { zonedTime } from './time-zone.ts';

/** How the dates of a column are read. */
export interface DateStyle {
  /** Declared: nothing else is a date. */
  format?: string | undefined;
  /** Found in the column: besides the formats that cannot be mistaken. */
  found?: string | undefined;
  /** Of times that name none. */
  timeZone: string;
}

/** Unix seconds have 9 to 11 digits from 1973 to 5138, and milliseconds 12 to 14. */
const unix = /^\d{9,14}(?:\.\d{1,9})?$/;
const millisecondsFrom = 1e11;
const anyNumber = /^\d{1,14}(?:\.\d{1,9})?$/;
const yearFirst = /^(\d{4})[/.](\d{2})[/.](\d{2})(?=$|[T ])/;
const hasZone = /(?:Z|:\d{2}[+-]\d{2}:?\d{2})$/;

const fromUnix = (cell: string, unitMs: number): Date => new Date(Math.round(Number(cell) * unitMs));

function readUnix(cell: string): Date | null {
  return unix.test(cell) ? fromUnix(cell, Number(cell) < millisecondsFrom ? 1000 : 1) : null;
}

function readIso(cell: string, timeZone: string): Date | null {
  const text = cell.replace(/ ?(?:UTC|GMT)$/, 'Z').replace(yearFirst, '$1-$2-$3');
  const time = parseTime(text);
  return time === null || hasZone.test(text) ? time : zonedTime(time.getTime(), timeZone);
}

/** Milliseconds as if the parts were UTC; null where there is no such day or hour. */
export function partsMs(parts: DateParts): number | null {
  const { year, month, day, hour, minute, second, millisecond } = parts;
  const date = new Date(Date.UTC(year, month - 1, day));
  const isDay = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  const isTime = hour >= 0 && hour <= 23 && minute <= 59 && second <= 59;
  return isDay && isTime ? Date.UTC(year, month - 1, day, hour, minute, second, millisecond) : null;
}

function createPartsReader(format: string, timeZone: string): (cell: string) => Date | null {
  const readParts = createFormatReader(format);
  return (cell) => {
    const parts = readParts(cell);
    const timeMs = parts === null ? null : partsMs(parts);
    if (parts === null || timeMs === null) return null;
    const { offsetMinutes } = parts;
    return offsetMinutes === null ? zonedTime(timeMs, timeZone) : new Date(timeMs - offsetMinutes * 60_000);
  };
}

function createSpecialReader(format: string, timeZone: string): (cell: string) => Date | null {
  if (format === 'iso') return (cell) => readIso(cell, timeZone);
  const unitMs = format === 'unix' ? 1000 : 1;
  return (cell) => (anyNumber.test(cell) ? fromUnix(cell, unitMs) : null);
}

/**
 * A reader of date cells. Undeclared it takes what can be read in one way only: ISO 8601, `YYYY-MM-DD HH:MM:SS` with or
 * without `UTC`, unix seconds and milliseconds; and the order of day and month that the column proves.
 */
export function createDateReader({ format, found, timeZone }: DateStyle): (cell: string) => Date | null {
  if (format !== undefined) {
    return isSpecialFormat(format)
      ? createSpecialReader(format, timeZone)
      : createPartsReader(format, timeZone);
  }
  const readFound = found === undefined ? () => null : createPartsReader(found, timeZone);
  return (cell) => readUnix(cell) ?? readIso(cell, timeZone) ?? readFound(cell);
}
