import { toDecimal } from '../json.ts';
import type { Decimal } from '../record.ts';
import type { CellKind } from './fields.ts';
import { takeAffixes } from './affixes.ts';
import { type NumeralStyle, readNumeral } from './numeral.ts';

export type NumberCell =
  | {
      kind: 'number';
      decimal: Decimal;
      /** A zero as displays show what is less than they can. */
      isRounded: boolean;
    }
  /** Empty, or one of the words that exporters write for it. */
  | { kind: 'unknown' }
  | { kind: 'bad'; code: string; expected: string };

/** How the column at hand writes numbers, and the currency of its quotes. */
export interface NumberStyle extends NumeralStyle {
  currency: string;
}

const unknownWords = new Set([
  '',
  'null',
  'nil',
  'nan',
  'na',
  'n/a',
  '#n/a',
  'none',
  'unknown',
  '?',
  '-',
  '--',
  '—',
  '–',
  String.raw`\n`,
]);

const dollars = ['USD', 'AUD', 'CAD', 'HKD', 'SGD', 'NZD', 'MXN'];
const signs: Readonly<Record<string, readonly string[]>> = {
  $: dollars,
  US$: ['USD'],
  '€': ['EUR'],
  '£': ['GBP'],
  '¥': ['JPY', 'CNY'],
  '₩': ['KRW'],
  '₹': ['INR'],
  '₿': ['BTC'],
};

function decimalOf(text: string): Decimal | null {
  try {
    return toDecimal(text);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Whether a cell says "unknown" instead of a number or a date. Never asked of an id or a symbol: `NAN` is a coin. */
export const isUnknown = (cell: string): boolean => cell.length <= 7 && unknownWords.has(cell.toLowerCase());

function isOwnCurrency(sign: string, currency: string): boolean {
  return sign.toUpperCase() === currency || (signs[sign]?.includes(currency) ?? false);
}

/**
 * Reads a numeric cell. Plain numbers, exponents and proper thousands pass; so do the quote's own currency with money
 * and `%` with a percentage. Anything else is bad: a guess could be wrong a thousandfold, and nobody would see it.
 */
export function readNumber(cell: string, kind: CellKind, style: NumberStyle): NumberCell {
  if (isUnknown(cell)) return { kind: 'unknown' };
  const affixed = takeAffixes(cell);
  if (affixed === null) return { kind: 'bad', code: 'invalid_number', expected: 'a number' };
  const { sign, isNegative, isPercent } = affixed;
  const numeral = readNumeral(affixed.digits, style);
  if (numeral.kind === 'bad') return numeral;
  const wrong = (expected: string): NumberCell => ({ kind: 'bad', code: 'invalid_number', expected });
  if (sign !== '' && !(kind === 'money' && isOwnCurrency(sign, style.currency))) {
    return wrong(kind === 'money' ? `an amount in ${style.currency}` : 'a number without a sign');
  }
  if (isPercent && kind !== 'percent') return wrong('a number without %');
  const decimal = decimalOf((isNegative ? '-' : '') + numeral.text);
  if (decimal === null) return wrong('a number of at most 1,000 digits');
  // Exact zeros are written `0` or `0.0`; those of a display have its decimals or its sign.
  const isRounded = decimal === '0' && (sign !== '' || /^0\.0{2,}$/.test(numeral.text));
  return { kind: 'number', decimal, isRounded };
}

/** A rank from 1, also where an export made `252.0` of it; null for 0, `bad` for what is none. */
export function readRank(cell: string): number | null | 'bad' {
  if (isUnknown(cell)) return null;
  const rank = /^\d{1,10}(?:\.0*)?$/.test(cell) ? Number(cell) : Number.NaN;
  if (rank === 0) return null;
  return rank >= 1 && rank < 2 ** 31 ? rank : 'bad';
}
