/** A label as labels are compared: one form for `Market Cap`, `market_cap` and `marketCap`. */
export function foldLabel(label: string): string {
  return label
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}]/gu, '');
}

/** What a column without a label is called: by its place, from 1. */
const placeName = (column: number): string => `column${column + 1}`;

/** Labels with edge blanks removed; a blank one is named by its place. */
export function nameColumns(cells: readonly string[]): string[] {
  return cells.map((cell, column) => cell.trim() || placeName(column));
}

/** The labels of a file without a header. */
export const placeNames = (width: number): string[] =>
  Array.from({ length: width }, (_, column) => placeName(column));

/** Labels that occur more than once, each as it is written. */
export function findRepeated(header: readonly string[]): string[] {
  return [...Map.groupBy(header, (label) => label)]
    .filter(([, labels]) => labels.length > 1)
    .map(([label]) => label);
}

/** The same labels with a number behind the second of two: the keys of an object must differ. */
export function uniqueLabels(header: readonly string[]): string[] {
  const taken = new Set(header);
  const seen = new Set<string>();
  return header.map((label) => {
    let unique = label;
    for (let copy = 2; seen.has(unique) || (unique !== label && taken.has(unique)); copy += 1)
      unique = `${label}_${copy}`;
    seen.add(unique);
    return unique;
  });
}

/** The label by which a file says that its data is simulated. */
export const sandboxLabel = 'coinlog_sandbox';

/** Whether a file (by its description) holds data of the simulated market, never to mix with real data. */
export function isSandboxFile(description: { header: readonly string[] }): boolean {
  return description.header.some((label) => foldLabel(label) === foldLabel(sandboxLabel));
}
