/** Columns with their types, in the order of a line's cells. */
export type Columns = readonly (readonly [name: string, type: string])[];

/** A table that lines are copied into. */
export interface CopyTarget {
  /** Takes lines of cells in the columns' order, with tabs between them, each with its end. */
  copy: string;
  /** $1: the same lines as `copyJson` makes them. Slower, but PostgreSQL tells what is wrong with them. */
  insert: string;
}

export function copyTarget(table: string, columns: Columns): CopyTarget {
  const names = columns.map(([name]) => name).join(', ');
  return {
    copy: `copy ${table} (${names}) from stdin`,
    insert: `
      insert into ${table} (${names})
      select ${columns.map((_, index) => `c${index}`).join(', ')}
      from json_to_recordset($1::text::json) as r (${columns.map(([, type], index) => `c${index} ${type}`).join(', ')})`,
  };
}

/** How a line says null. */
export const unknownCell = '\\N';

// And what PostgreSQL's text cannot hold: NUL and half of a surrogate pair.
const special = /[\\\t\n\r\0\ud800-\udfff]/;
const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const meant: Record<string, string> = { '\\\\': '\\', '\\t': '\t', '\\n': '\n', '\\r': '\r' };

/** A value as a cell of a line. Nearly none has anything to escape. */
export function cell(value: string | null): string {
  if (value === null) return unknownCell;
  if (!special.test(value)) return value;
  return value
    .toWellFormed()
    .replaceAll('\0', '\uFFFD')
    .replace(/[\\\t\n\r]/g, (letter) => escapes[letter] ?? letter);
}

/** The value of a cell that is not null. */
export const valueOf = (text: string): string =>
  text.replace(/\\[\\tnr]/g, (escape) => meant[escape] ?? escape);

const asObject = (row: string): Record<string, string> =>
  Object.fromEntries(
    row.split('\t').flatMap((text, index) => (text === unknownCell ? [] : [[`c${index}`, valueOf(text)]])),
  );

/** What `insert` takes, of the lines that `copy` takes: a list of objects whose keys are `c0`, `c1`, … */
export const copyJson = (lines: string): string =>
  JSON.stringify(lines.split('\n').slice(0, -1).map(asObject));
