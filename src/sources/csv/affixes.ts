import { gaps } from './number-evidence.ts';

const lengthMax = 400;
const money = String.raw`(?:US\$|[$€£¥₩₹₿]|[A-Za-z]{3,5})`;
const affixes = new RegExp(
  String.raw`^(\()?([+\-−]?)(${money})?\s?([+\-−]?)\s?([\d.,](?:[\d.,${gaps}]*[\d.,])?(?:[eE][+-]?\d{1,4})?)\s?(${money})?\s?(%?)(\))?$`,
  'u',
);

/** A number without what may stand around it. */
export interface Affixed {
  isNegative: boolean;
  /** Of a currency, or its code; empty without one. */
  sign: string;
  digits: string;
  isPercent: boolean;
}

const bare = /^[\d.]{1,30}$/;

/** Takes the sign, the currency, `%` and the accountant's brackets off a number; null where they contradict each other. */
export function takeAffixes(cell: string): Affixed | null {
  // Nearly every cell of nearly every file.
  if (bare.test(cell)) return { isNegative: false, sign: '', digits: cell, isPercent: false };
  const match = cell.length <= lengthMax ? affixes.exec(cell) : null;
  if (match === null) return null;
  const [, open, first = '', before = '', second = '', digits = '', after = '', percent, close] = match;
  const minus = first + second;
  const isOdd = (open === undefined) !== (close === undefined) || minus.length > 1;
  if (isOdd || (open !== undefined && minus !== '') || (before !== '' && after !== '')) return null;
  const isNegative = open !== undefined || minus === '-' || minus === '−';
  return { isNegative, sign: before + after, digits, isPercent: percent === '%' };
}
