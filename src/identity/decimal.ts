import type { Decimal } from '../sources/record.ts';

/** `digits` times ten to the power of `exponent`, exactly. */
interface Exact {
  digits: bigint;
  exponent: number;
}

const numeral = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i;
/** No price or supply is longer; a numeral with more zeros than that is a fault, and would fill the memory. */
const exponentMax = 400;

/** Null for a text that is no number, or one nobody means. */
export function exactOf(text: Decimal): Exact | null {
  const [, sign = '', whole = '', part = '', power = '0'] = numeral.exec(text.trim()) ?? [];
  const exponent = Number(power) - part.length;
  if (whole + part === '' || Math.abs(exponent) > exponentMax) return null;
  const digits = BigInt(whole + part);
  return { digits: sign === '-' ? -digits : digits, exponent };
}

const scaled = ({ digits, exponent }: Exact, to: number): bigint => digits * 10n ** BigInt(exponent - to);

export function compareExact(a: Exact, b: Exact): number {
  const exponent = Math.min(a.exponent, b.exponent);
  const [x, y] = [scaled(a, exponent), scaled(b, exponent)];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** A half has an end in decimals, so that the mean of two is exact as well. */
export function meanOf(a: Exact, b: Exact): Exact {
  const exponent = Math.min(a.exponent, b.exponent);
  return { digits: (scaled(a, exponent) + scaled(b, exponent)) * 5n, exponent: exponent - 1 };
}

/** Null: there are none. */
export function sumOf(values: readonly (Decimal | null)[]): Decimal | null {
  const received = values.flatMap((text) => (text === null ? [] : (exactOf(text) ?? [])));
  if (received.length === 0) return null;
  const exponent = Math.min(...received.map((exact) => exact.exponent));
  const digits = received.reduce((sum, exact) => sum + scaled(exact, exponent), 0n);
  return exactText({ digits, exponent });
}

/** In full, without a power of ten and without zeros at the end. */
export function exactText({ digits, exponent }: Exact): Decimal {
  const sign = digits < 0n ? '-' : '';
  const all = (digits < 0n ? -digits : digits).toString();
  if (exponent >= 0) return digits === 0n ? '0' : sign + all + '0'.repeat(exponent);
  const padded = all.padStart(1 - exponent, '0');
  const whole = padded.slice(0, exponent);
  const part = padded.slice(exponent).replace(/0+$/, '');
  return digits === 0n ? '0' : `${sign}${whole}${part === '' ? '' : `.${part}`}`;
}

interface Received {
  text: Decimal;
  exact: Exact;
}

function sorted(values: readonly (Decimal | null)[]): Received[] {
  const received = values.flatMap((text) => {
    const exact = text === null ? null : exactOf(text);
    return text === null || exact === null ? [] : [{ text, exact }];
  });
  return received.sort((a, b) => compareExact(a.exact, b.exact) || (a.text < b.text ? -1 : 1));
}

/** The one in the middle as it was received, or the exact mean of the two there. Null: there are none. */
export function medianOf(values: readonly (Decimal | null)[]): Decimal | null {
  const received = sorted(values);
  const low = received[Math.floor((received.length - 1) / 2)];
  const high = received[Math.floor(received.length / 2)];
  if (low === undefined || high === undefined) return null;
  return compareExact(low.exact, high.exact) === 0 ? low.text : exactText(meanOf(low.exact, high.exact));
}

/** The one in the middle, of two there the lower: always a value that was received. */
export function lowerMedianOf(values: readonly (Decimal | null)[]): Decimal | null {
  const received = sorted(values);
  return received[Math.floor((received.length - 1) / 2)]?.text ?? null;
}
