import { toDecimal } from '../json.ts';
import type { Decimal } from '../record.ts';
import type { CellKind } from './fields.ts';

export type NumberCell =
  | { kind: 'number'; decimal: Decimal; signed: boolean }
  /** Empty, or one of the words that exporters write for it. */
  | { kind: 'unknown' }
  | { kind: 'bad'; expected: string };

/** How the file at hand writes numbers. */
export interface NumberStyle {
  currency: string;
  /** In a file divided by `;` a comma is likely the decimal one, so `1,234` alone could be either number. */
  commaIsDoubtful: boolean;
}

const unknownWords = new Set(['', 'null', 'nan', 'n/a', '#n/a', 'none', '-', '--', '—']);

const dollars = ['USD', 'AUD', 'CAD', 'HKD', 'SGD', 'NZD', 'MXN'];
const signs: Readonly<Record<string, readonly string[]>> = {
  $: dollars,
  '€': ['EUR'],
  '£': ['GBP'],
  '¥': ['JPY', 'CNY'],
  '₩': ['KRW'],
  '₹': ['INR'],
  '₿': ['BTC'],
};

const lengthMax = 400;
const plain = /^(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?$/;
/** Groups of exactly three, none led by a zero: `1,23` and `0,123` are no numbers with thousands. */
const grouped = /^[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$/;
const loneGroup = /^\d+,\d{3}$/;
const affixes = /^([+-]?)([$€£¥₩₹₿]?)\s?([+-]?)([^%]*?)\s?(%?)$/u;

/** The digits in the one form that `toDecimal` takes: `.5` as `0.5`, `1.` as `1`, no thousands. */
function normalise(digits: string): string {
  return digits
    .replaceAll(',', '')
    .replace(/^\./, '0.')
    .replace(/\.(?!\d)/, '');
}

function isNumeral(digits: string, style: NumberStyle): boolean {
  if (plain.test(digits)) return true;
  return grouped.test(digits) && !(style.commaIsDoubtful && loneGroup.test(digits));
}

function decimalOf(text: string): Decimal | null {
  try {
    return toDecimal(text);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Whether a cell says "unknown" instead of a number. Never asked of an id or a symbol: `NAN` is a coin. */
export function isUnknown(cell: string): boolean {
  return cell.length <= 4 && unknownWords.has(cell.toLowerCase());
}

/**
 * Reads a numeric cell. Plain numbers, exponents and thousands by groups of three pass; so do a sign of the
 * quote's own currency with money and `%` with a percentage. Anything else is bad: a guess could be wrong a
 * thousandfold, and nobody would see it.
 */
export function readNumber(cell: string, kind: CellKind, style: NumberStyle): NumberCell {
  if (isUnknown(cell)) return { kind: 'unknown' };
  const match = cell.length <= lengthMax ? affixes.exec(cell) : null;
  const [, before = '', sign = '', after = '', digits = '', percent = ''] = match ?? [];
  const minus = before + after;
  if (minus.length > 1 || !isNumeral(digits, style)) return { kind: 'bad', expected: 'a number' };
  if (sign !== '' && !(kind === 'money' && signs[sign]?.includes(style.currency))) {
    return {
      kind: 'bad',
      expected: kind === 'money' ? `an amount in ${style.currency}` : 'a number without a sign',
    };
  }
  if (percent !== '' && kind !== 'percent') return { kind: 'bad', expected: 'a number without %' };
  const decimal = decimalOf((minus === '-' ? '-' : '') + normalise(digits));
  return decimal === null
    ? { kind: 'bad', expected: 'a number of at most 1,000 digits' }
    : { kind: 'number', decimal, signed: sign !== '' };
}

/** A rank from 1, also where an export made `252.0` of it; null for anything else. */
export function readRank(cell: string): number | null {
  const rank = /^\d{1,10}(?:\.0*)?$/.test(cell) ? Number(cell) : 0;
  return rank >= 1 && rank < 2 ** 31 ? rank : null;
}
