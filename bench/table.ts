/** What a ratio should at least reach, or at most be. */
export type Goal = { atLeast: number } | { atMost: number };

export interface Row {
  work: string;
  ours: string;
  /** Measured in the same run; unset where there is nobody to compare with. */
  peer?: string;
  ratio?: number;
  goal?: Goal;
}

/** Such as "1,234 coins/s". */
export const figure = (value: number, unit: string, digits = 0): string =>
  `${value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${unit}`;

const isMet = (ratio: number, goal: Goal): boolean =>
  'atLeast' in goal ? ratio >= goal.atLeast : ratio <= goal.atMost;

function goalCell({ ratio, goal }: Row): string {
  if (!goal || ratio === undefined) return '';
  const wanted = 'atLeast' in goal ? `>= ${goal.atLeast}` : `<= ${goal.atMost}`;
  return `${wanted} ${isMet(ratio, goal) ? 'met' : 'MISSED'}`;
}

/** Rows as a Markdown table, ready for the documentation. */
export function formatTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.work,
    row.ours,
    row.peer ?? '',
    row.ratio === undefined ? '' : row.ratio.toFixed(row.ratio < 1 ? 3 : 2),
    goalCell(row),
  ]);
  const lines = cells.map((row) => `| ${row.join(' | ')} |`);
  return ['| work | coinlog | peer, same run | ratio | goal |', '|---|--:|--:|--:|--:|', ...lines].join('\n');
}
