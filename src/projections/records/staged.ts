import { getTableConfig } from 'drizzle-orm/pg-core';
import { decimalColumns } from '../columns.ts';
import { snapshotRevision } from '../snapshots/tables.ts';

/** The columns of a staged quote, in the order of its COPY. */
export const stagedColumns: readonly (readonly [name: string, type: string])[] = [
  ['id', 'uuid'],
  ['source', 'text'],
  ['source_coin_id', 'text'],
  ['coin_id', 'text'],
  ['quote_currency', 'text'],
  ['symbol', 'text'],
  ['name', 'text'],
  ['image_url', 'text'],
  ...Object.values(decimalColumns).map((column) => [column, 'numeric'] as const),
  ['rank', 'int'],
  ['observed_at', 'timestamptz'],
  ['observed_at_basis', 'text'],
  ['processed_at', 'timestamptz'],
  ['stream', 'text'],
  ['version', 'bigint'],
  ['record_index', 'int'],
  ['content_digest', 'uuid'],
];

const readingColumns = getTableConfig(snapshotRevision).columns.map(
  (column) => `${column.name} ${column.getSQLType()}`,
);

/**
 * A batch's quotes before they are merged, the observations that each source coin gains by it, source coins that are
 * new, observations that several records speak of with all that was ever said of them, and the coins it changes with how
 * many source coins each has.
 */
export const createStaging = `
  create temp table if not exists staged (${stagedColumns.map(([name, type]) => `${name} ${type}`).join(', ')})
    on commit delete rows;
  create temp table if not exists sweep (stream text, version bigint, run_from bigint, more boolean) on commit delete rows;
  create temp table if not exists gained (source text, source_coin_id text, snapshots bigint) on commit delete rows;
  create temp table if not exists first_seen (source text, source_coin_id text) on commit delete rows;
  create temp table if not exists changed_coin (coin_id text) on commit delete rows;
  create temp table if not exists member (coin_id text, members bigint, source text, source_coin_id text)
    on commit delete rows;
  create temp table if not exists met (source text, source_coin_id text, quote_currency text, observed_at timestamptz)
    on commit delete rows;
  create temp table if not exists reading (${readingColumns.join(', ')}) on commit delete rows`;

const names = stagedColumns.map(([name]) => name).join(', ');

/** Takes rows as `stagedRow` makes them, one a line, each with its end. */
export const copyStaged = `copy staged (${names}) from stdin`;

/** $1: the same rows as a JSON list of objects whose keys are `c0`, `c1`, … in the columns' order. */
export const insertStaged = `
  insert into staged (${names})
  select ${stagedColumns.map((_, index) => `c${index}`).join(', ')}
  from json_to_recordset($1::text::json) as r (${stagedColumns.map(([, type], index) => `c${index} ${type}`).join(', ')})`;

/** How a line says null. */
export const unknownCell = '\\N';

const special = /[\\\t\n\r]/;
const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const meant: Record<string, string> = { '\\\\': '\\', '\\t': '\t', '\\n': '\n', '\\r': '\r' };

/** PostgreSQL's text holds no NUL and no half of a surrogate pair. */
function cell(value: string | null): string {
  if (value === null) return unknownCell;
  const storable = value.toWellFormed().replaceAll('\0', '\uFFFD');
  return special.test(storable)
    ? storable.replace(/[\\\t\n\r]/g, (letter) => escapes[letter] ?? letter)
    : storable;
}

/** Values in the columns' order as a line of COPY, without its end. A part of a row is joined to others by a tab. */
export const stagedRow = (values: readonly (string | null)[]): string => values.map(cell).join('\t');

const valueOf = (text: string): string => text.replace(/\\[\\tnr]/g, (escape) => meant[escape] ?? escape);

const asObject = (row: string): Record<string, string> =>
  Object.fromEntries(
    row.split('\t').flatMap((text, index) => (text === unknownCell ? [] : [[`c${index}`, valueOf(text)]])),
  );

/** What `insertStaged` takes, of the lines that `copyStaged` takes. */
export const stagedJson = (lines: string): string =>
  JSON.stringify(lines.split('\n').slice(0, -1).map(asObject));
