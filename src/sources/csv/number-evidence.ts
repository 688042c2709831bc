/** What a cell tells of the separators of its column, by itself. */
export type NumberClue =
  /** No number, or one without separators. */
  | 'none'
  | 'dotDecimal'
  | 'commaDecimal'
  /** `1.234`: a decimal or a group of thousands. */
  | 'loneDot'
  | 'loneComma'
  /** `1.234.567`: thousands, or what a spreadsheet left of a decimal. */
  | 'dotGroups'
  | 'commaGroups';

/** Blanks of all widths and apostrophes, by which thousands are set apart in many countries. */
export const gaps = String.raw`\s'’`;

const trimmed = /^[^\d.,]{0,5}(.*?)[^\d.,]{0,5}$/su;
const numeral = new RegExp(String.raw`^[\d.,${gaps}]+(?:[eE][+-]?\d+)?$`, 'u');
const grouped = new RegExp(String.raw`^[1-9]\d{0,2}(?:([${gaps}.,])\d{3})(?:\1\d{3})*$`, 'u');
const indian = /^[1-9]\d?(?:,\d{2})*,\d{3}$/;
const digits = /^\d*$/;

/** Whether the whole part of a number is plain digits or has its thousands set apart by one sign throughout. */
export function isWholePart(text: string, thousands: RegExp): boolean {
  if (digits.test(text)) return true;
  const separator = grouped.exec(text)?.[1];
  if (separator !== undefined) return thousands.test(separator);
  return thousands.test(',') && indian.test(text);
}

function clueOfDecimal(text: string, separator: '.' | ','): NumberClue {
  const [whole = '', fraction = ''] = text.split(separator);
  const [decimal, lone] =
    separator === '.' ? (['dotDecimal', 'loneDot'] as const) : (['commaDecimal', 'loneComma'] as const);
  const other = separator === '.' ? new RegExp(`[${gaps},]`, 'u') : new RegExp(`[${gaps}.]`, 'u');
  if (!/^\d*(?:[eE][+-]?\d+)?$/.test(fraction) || !isWholePart(whole, other)) return 'none';
  return /^[1-9]\d{0,2}$/.test(whole) && /^\d{3}$/.test(fraction) ? lone : decimal;
}

/** Reads a cell for what its separators prove. */
export function numberClue(cell: string): NumberClue {
  if (cell.length > 60) return 'none';
  const core = trimmed.exec(cell)?.[1] ?? '';
  if (!numeral.test(core) || !/[.,]/.test(core)) return 'none';
  const [dots, commas] = [core.split('.').length - 1, core.split(',').length - 1];
  const lastIsDot = core.lastIndexOf('.') > core.lastIndexOf(',');
  if (lastIsDot && dots === 1) return clueOfDecimal(core, '.');
  if (!lastIsDot && commas === 1) return clueOfDecimal(core, ',');
  if (dots > 0 && commas > 0) return 'none';
  if (dots > 0) return isWholePart(core, /\./) ? 'dotGroups' : 'none';
  return isWholePart(core, /,/) ? 'commaGroups' : 'none';
}
