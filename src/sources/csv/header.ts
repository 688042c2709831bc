/** A label as labels are compared: one form for `Market Cap`, `market_cap` and `marketCap`. */
export function foldLabel(label: string): string {
  return label
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}]/gu, '');
}

/** Labels with edge blanks removed; a blank one is named by its place, from 1, as `column_1`. */
export function nameColumns(cells: readonly string[]): string[] {
  return cells.map((cell, at) => cell.trim() || `column_${at + 1}`);
}

/** The labels that occur more than once, as they are compared; each group as written. */
export function findDuplicates(header: readonly string[]): string[][] {
  const groups = Map.groupBy(header, (label) => foldLabel(label) || label);
  return [...groups.values()].filter((labels) => labels.length > 1);
}

/** The label by which a file says that its data is simulated. */
export const sandboxLabel = 'coinlog_sandbox';

/** Whether a file (by its description) holds data of the simulated market, never to mix with real data. */
export function isSandboxFile(description: { header: readonly string[] }): boolean {
  return description.header.some((label) => foldLabel(label) === foldLabel(sandboxLabel));
}
