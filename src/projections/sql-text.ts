export const columnList = (columns: readonly string[]): string => columns.join(', ');

/** The assignments of an upsert: every column takes the new row's value. */
export const setExcluded = (columns: readonly string[]): string =>
  columns.map((column) => `${column} = excluded.${column}`).join(', ');
