/** The parts of a date as a format finds them in a cell. */
export interface DateParts {
  year: number;
  /** From 1. */
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
  /** Null where the cell names no zone. */
  offsetMinutes: number | null;
}

type Part =
  'year' | 'month' | 'monthName' | 'day' | 'hour' | 'minute' | 'second' | 'fraction' | 'half' | 'zone';

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Longest first: a token is found before its own beginning. */
const tokens: readonly (readonly [string, Part, string])[] = [
  ['YYYY', 'year', String.raw`\d{4}`],
  ['YY', 'year', String.raw`\d{2}`],
  ['MMMM', 'monthName', '[A-Za-z]{3,9}'],
  ['MMM', 'monthName', '[A-Za-z]{3,9}'],
  ['MM', 'month', String.raw`\d{1,2}`],
  ['M', 'month', String.raw`\d{1,2}`],
  ['DD', 'day', String.raw`\d{1,2}`],
  ['D', 'day', String.raw`\d{1,2}`],
  ['HH', 'hour', String.raw`\d{1,2}`],
  ['H', 'hour', String.raw`\d{1,2}`],
  ['hh', 'hour', String.raw`\d{1,2}`],
  ['h', 'hour', String.raw`\d{1,2}`],
  ['mm', 'minute', String.raw`\d{2}`],
  ['SSS', 'fraction', String.raw`\d{1,9}`],
  ['SS', 'second', String.raw`\d{2}`],
  ['ss', 'second', String.raw`\d{2}`],
  ['A', 'half', '[AaPp][Mm]'],
  ['Z', 'zone', String.raw`Z|[+-]\d{2}:?\d{2}`],
];

interface Compiled {
  pattern: RegExp;
  parts: Part[];
}

/** `MM` behind the hour is the minutes: people write `HH:MM`. */
const partAfter = (part: Part, before: readonly Part[]): Part =>
  part === 'month' && before.includes('hour') ? 'minute' : part;

function compile(format: string): Compiled {
  const parts: Part[] = [];
  let source = '';
  for (let at = 0; at < format.length;) {
    const token = tokens.find(([text]) => format.startsWith(text, at));
    if (token === undefined) {
      const literal = format[at] ?? '';
      source += /\s/.test(literal) ? String.raw`\s+` : literal.replace(/[^A-Za-z0-9]/g, String.raw`\$&`);
      at += 1;
    } else {
      const [text, part, pattern] = token;
      // Without anything between them, parts can only be told by their lengths: YYYYMMDD.
      const isFixed = /^[MDHhm]{2}$/.test(text) && /[A-Za-z]/.test(format[at + 2] ?? format[at - 1] ?? '');
      parts.push(partAfter(part, parts));
      source += `(${isFixed ? String.raw`\d{2}` : pattern})`;
      at += text.length;
    }
  }
  return { pattern: new RegExp(`^${source}$`), parts };
}

/** Formats that say what a number means instead of how a date is written. */
const special = new Set(['iso', 'unix', 'unix_ms']);
export const isSpecialFormat = (format: string): boolean => special.has(format);

/** Whether a format names a day, a month and a year once each. */
export function isDateFormat(format: string): boolean {
  if (isSpecialFormat(format)) return true;
  const { parts } = compile(format);
  const count = (...wanted: Part[]): number => parts.filter((part) => wanted.includes(part)).length;
  return count('year') === 1 && count('month', 'monthName') === 1 && count('day') === 1;
}

function offsetMinutes(zone: string | undefined): number | null {
  if (zone === undefined) return null;
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return zone.startsWith('-') ? -minutes : minutes;
}

function hourOf(hour: string | undefined, half: string | undefined): number {
  const value = Number(hour ?? 0);
  if (half === undefined) return value;
  if (value < 1 || value > 12) return Number.NaN;
  return (value % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
}

/** A reader of dates in one format; null where a cell is not written so. */
export function createFormatReader(format: string): (cell: string) => DateParts | null {
  const { pattern, parts } = compile(format);
  return (cell) => {
    const found = pattern.exec(cell);
    if (found === null) return null;
    const part = (name: Part): string | undefined => found[parts.indexOf(name) + 1];
    const at = (name: Part): string | undefined => (parts.includes(name) ? part(name) : undefined);
    const year = at('year') ?? '';
    const named = months.indexOf((at('monthName') ?? '').slice(0, 3).toLowerCase()) + 1;
    return {
      year: year.length === 2 ? 2000 + Number(year) : Number(year),
      month: Number(at('month') ?? named),
      day: Number(at('day')),
      hour: hourOf(at('hour'), at('half')),
      minute: Number(at('minute') ?? 0),
      second: Number(at('second') ?? 0),
      millisecond: Math.floor(Number(`0.${at('fraction') ?? 0}`) * 1000),
      offsetMinutes: offsetMinutes(at('zone')),
    };
  };
}
