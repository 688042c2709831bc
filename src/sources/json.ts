import type { Decimal } from './record.ts';

/** A body that is no JSON: not UTF-8, or not the syntax. */
export class JsonError extends Error {
  readonly kind: 'encoding' | 'syntax';

  constructor(kind: 'encoding' | 'syntax', message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'JsonError';
    this.kind = kind;
  }
}

/** A number that no double holds exactly, as it was written. A class, so that no object of a payload passes for one. */
export class Numeral {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

export type JsonNumber = number | Numeral;

/*
 * Only a numeral of 16 or more digits, or with an exponent of three, can be more than a double holds: a double keeps
 * any 15 digits between 1e-307 and 1e308. Text that happens to look like one only costs a second look. Written out, a
 * run of 16 is found by leaps: 0.3 microseconds a coin, where `{16}` took 2.8 and a whole numeral 4.1.
 */
const longRun = new RegExp('[0-9.]'.repeat(16), 'g');
const farExponent = /\d[eE][+-]?\d\d\d/;
const numeralAt = /[0-9.]+(?:[eE][+-]?\d+)?/y;

/** Whether a text may hold a number that no double holds. */
function mayHoldInexact(text: string): boolean {
  if (farExponent.test(text)) return true;
  for (const { index } of text.matchAll(longRun)) {
    numeralAt.lastIndex = index;
    if (!isHeld(numeralAt.exec(text)?.[0] ?? '')) return true;
  }
  return false;
}

const shape = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

interface Parts {
  negative: boolean;
  /** Without zeros at either end; empty for zero. */
  digits: string;
  /** The value is 0.DIGITS times ten to this. */
  magnitude: number;
}

/** A numeral taken apart; two are the same number when their parts are equal. Null where it is no numeral. */
function partsOf(source: string): Parts | null {
  const match = shape.exec(source);
  if (match === null) return null;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const all = whole + fraction;
  // Loops, for /0+$/ takes quadratic time on a numeral made of zeros.
  let from = 0;
  while (all[from] === '0') from++;
  let to = all.length;
  while (to > from && all[to - 1] === '0') to--;
  if (from === to) return { negative: false, digits: '', magnitude: 0 };
  return {
    negative: sign === '-',
    digits: all.slice(from, to),
    magnitude: whole.length - from + Number(exponent),
  };
}

/** Whether a double holds the numeral: its shortest text is the same decimal number. `21000000.0` is held. */
function isHeld(source: string): boolean {
  const value = Number(source);
  const text = String(value);
  if (text === source) return true;
  const [meant, held] = [partsOf(source), partsOf(text)];
  if (meant === null || held === null) return false;
  return (
    meant.negative === held.negative && meant.digits === held.digits && meant.magnitude === held.magnitude
  );
}

type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown;
/** `JSON.parse` with the third argument that Node gives its reviver and TypeScript's library does not know yet. */
const parseWithSource = JSON.parse as (text: string, reviver: Reviver) => unknown;

const keepInexact: Reviver = (_key, value, { source }) =>
  typeof value === 'number' && source !== undefined && !isHeld(source) ? new Numeral(source) : value;

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new JsonError('encoding', 'not UTF-8', { cause: error });
  }
}

/**
 * The value of a JSON body. A number that a double would change comes as a `Numeral`. The reviver that finds them
 * takes six times as long as plain parsing, so only a text that really holds one goes that way.
 * Throws `JsonError`.
 */
export function parseJson(bytes: Uint8Array): unknown {
  const text = decode(bytes);
  try {
    return mayHoldInexact(text) ? parseWithSource(text, keepInexact) : JSON.parse(text);
  } catch (error) {
    throw new JsonError('syntax', error instanceof Error ? error.message : 'not JSON', { cause: error });
  }
}

/** Far above any supply and below any price, and far within the 131,072 and 16,383 digits of PostgreSQL's numeric. */
const digitsMax = 1_000;

/** A number whose text PostgreSQL's numeric takes: not NaN, not infinite, not beyond 1,000 digits either way. */
export function isDecimalNumber(value: unknown): value is JsonNumber {
  if (typeof value === 'number') return Number.isFinite(value);
  if (!(value instanceof Numeral)) return false;
  const parts = partsOf(value.source);
  return parts !== null && value.source.length <= digitsMax && Math.abs(parts.magnitude) <= digitsMax;
}

/**
 * The text of a number: the shortest form of a double that holds it, else as written. `-0` is `0`. The same number
 * gives the same text whether it came as a number or as text. Throws RangeError on what is no finite number of at
 * most 1,000 digits.
 */
export function toDecimal(value: JsonNumber | string): Decimal {
  if (typeof value === 'string') return toDecimal(isHeld(value) ? Number(value) : new Numeral(value));
  const text = typeof value === 'number' ? String(value) : value.source;
  if (!isDecimalNumber(value)) throw new RangeError(`not a decimal number: ${text.slice(0, 50)}`);
  return typeof value !== 'number' && partsOf(text)?.digits === '' ? '0' : text;
}
