import type { ColumnFormat } from '../source.ts';
import { type DateEvidence, createDateEvidence } from './date-order.ts';
import { createDateReader } from './dates.ts';
import { type NumberClue, numberClue } from './number-evidence.ts';
import { isUnknown } from './numbers.ts';

/** What the cells of one column look like. */
export type ColumnType = 'number' | 'date' | 'text' | 'empty';

/** What the head of a file tells of one column, whatever it is taken for. */
export interface ColumnSurvey {
  format: ColumnFormat;
  type: ColumnType;
  /** `1.234` and its like, which the column itself leaves in doubt; one of them. */
  doubtfulNumber: string | null;
  /** The orders that its dates allow, where they allow several. */
  doubtfulDates: string[];
}

interface Tally {
  clues: Record<NumberClue, number>;
  dates: DateEvidence;
  types: Record<ColumnType, number>;
  sample: string | null;
}

const looksNumeric = /^[^\p{L}\d]{0,3}(?:[\p{L}$]{0,4}\s?)?[\d.,][\d.,\s'’]*(?:[eE][+-]?\d+)?\s?\S{0,4}$/u;
const readCertainDate = createDateReader({ timeZone: 'UTC' });

function typeOf(cell: string): ColumnType {
  if (isUnknown(cell)) return 'empty';
  if (cell.length > 60) return 'text';
  if (/^\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}\b/.test(cell) || /^\d{4}[-/.]\d{2}[-/.]\d{2}\b/.test(cell))
    return 'date';
  if (looksNumeric.test(cell)) return 'number';
  return readCertainDate(cell) === null ? 'text' : 'date';
}

const newTally = (): Tally => ({
  clues: { none: 0, dotDecimal: 0, commaDecimal: 0, loneDot: 0, loneComma: 0, dotGroups: 0, commaGroups: 0 },
  dates: createDateEvidence(),
  types: { number: 0, date: 0, text: 0, empty: 0 },
  sample: null,
});

function addCell(tally: Tally, cell: string): void {
  const type = typeOf(cell);
  tally.types[type] += 1;
  if (type === 'date') tally.dates.add(cell);
  if (type !== 'number') return;
  const clue = numberClue(cell);
  tally.clues[clue] += 1;
  if (clue === 'loneDot' || clue === 'loneComma' || clue === 'dotGroups') tally.sample ??= cell;
}

/** What is assumed of a column that nothing is known of. */
export const defaultDecimal = (delimiter: string): '.' | 'unclear' => (delimiter === ';' ? 'unclear' : '.');

/** One cell in ten that says otherwise is a slip, and is itself rejected. */
const exceptionsRatio = 9;

/**
 * The decimal separator of a column, by all its cells. Where they do not prove it, a file divided by `;` leaves it in doubt,
 * since it comes from where the comma is the decimal one, or is meant for there.
 */
function decimalOf({ clues }: Tally, delimiter: string): '.' | ',' | 'unclear' {
  const { dotDecimal, commaDecimal, commaGroups, dotGroups } = clues;
  if (dotDecimal > exceptionsRatio * commaDecimal) return '.';
  if (commaDecimal > exceptionsRatio * dotDecimal) return ',';
  const isProven = dotDecimal + commaDecimal === 0 && commaGroups > 0 && dotGroups === 0;
  return isProven ? '.' : defaultDecimal(delimiter);
}

function conclude(tally: Tally, delimiter: string): ColumnSurvey {
  const { clues, types } = tally;
  const hasSeparators = Object.entries(clues).some(([clue, count]) => clue !== 'none' && count > 0);
  const decimal = decimalOf(tally, delimiter);
  const formats = tally.dates.formats() ?? [];
  const [proven] = formats.length === 1 ? formats : [];
  const ranked = (['text', 'date', 'number'] as const).toSorted((a, b) => types[b] - types[a]);
  return {
    format: { ...(hasSeparators ? { decimal } : {}), ...(proven === undefined ? {} : { date: proven }) },
    type: ranked.find((type) => types[type] > 0) ?? 'empty',
    doubtfulNumber: decimal === 'unclear' ? tally.sample : null,
    doubtfulDates: formats.length > 1 ? formats : [],
  };
}

/** Looks at every column of the rows at the head of a file: decided once, so that every chunk is read alike. */
export function surveyColumns(
  rows: Iterable<readonly string[]>,
  width: number,
  delimiter: string,
): ColumnSurvey[] {
  const tallies = Array.from({ length: width }, newTally);
  for (const cells of rows)
    for (const [column, tally] of tallies.entries()) addCell(tally, cells[column] ?? '');
  return tallies.map((tally) => conclude(tally, delimiter));
}
