import { gaps, isWholePart, numberClue } from './number-evidence.ts';

/** How the column at hand divides its numbers. */
export interface NumeralStyle {
  /** `unclear`: only what can be read in one way is a number. */
  decimal: '.' | ',' | 'unclear';
  /** Left out: whatever sign is not the decimal one. */
  thousands?: string | undefined;
}

/** Digits as `toDecimal` takes them, or why they are no number. */
export type Numeral = { kind: 'numeral'; text: string } | { kind: 'bad'; code: string; expected: string };

const onlyDigits = /^\d*$/;
const exact = /^\d+(?:\.\d+)?$/;

const bad = (code: string, expected: string): Numeral => ({ kind: 'bad', code, expected });
const notANumber = bad('invalid_number', 'a number');

/** The decimal separator of one cell of an unclear column, by the cell alone. */
function ownDecimal(digits: string): '.' | ',' | null {
  const clue = numberClue(digits);
  if (clue === 'none' || clue === 'dotDecimal' || clue === 'commaGroups') return '.';
  return clue === 'commaDecimal' ? ',' : null;
}

const dot = /\./;
const comma = /,/;
const declaredThousands: Readonly<Record<string, RegExp>> = { ' ': /\s/, "'": /['’]/, '.': dot, ',': comma };
const allButDot = new RegExp(`[${gaps},]`, 'u');
const allButComma = new RegExp(`[${gaps}.]`, 'u');

function thousandsOf(decimal: '.' | ',', declared: string | undefined): RegExp {
  const undeclared = decimal === '.' ? allButDot : allButComma;
  return declared === undefined ? undeclared : (declaredThousands[declared] ?? undeclared);
}

/** The digits in the one form that `toDecimal` takes: `.5` as `0.5`, `1.` as `1`, no thousands. */
export function readNumeral(digits: string, style: NumeralStyle): Numeral {
  const decimal = style.decimal === 'unclear' ? ownDecimal(digits) : style.decimal;
  if (decimal === null) {
    return bad(
      'ambiguous_number',
      'a number that is one in any country: declare decimalSeparator="," or "."',
    );
  }
  if (decimal === '.' && exact.test(digits)) return { kind: 'numeral', text: digits };
  const [mantissa = '', exponent] = digits.split(/[eE]/);
  const [whole = '', fraction = '', ...more] = mantissa.split(decimal);
  // Seen 12,699 times in one file: 147.48800659179688 became 14.748.800.659.179.600.
  if (more.length > 0 && isWholePart(mantissa, decimal === '.' ? dot : comma)) {
    return bad(
      'mangled_number',
      `a number with one "${decimal}": a spreadsheet has put thousands into this one`,
    );
  }
  const isRead = more.length === 0 && onlyDigits.test(fraction) && whole + fraction !== '';
  if (!isRead || !isWholePart(whole, thousandsOf(decimal, style.thousands))) return notANumber;
  const isPlain = onlyDigits.test(whole);
  if (!isPlain && exponent !== undefined) return notANumber;
  const tail = (fraction === '' ? '' : `.${fraction}`) + (exponent === undefined ? '' : `e${exponent}`);
  return { kind: 'numeral', text: `${(isPlain ? whole : whole.replaceAll(/\D/g, '')) || '0'}${tail}` };
}
