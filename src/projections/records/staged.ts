import { decimalColumns } from '../columns.ts';

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

/** A batch's quotes before they are merged, and the observations that each source coin gains by it. */
export const createStaging = `
  create temp table if not exists staged (${stagedColumns.map(([name, type]) => `${name} ${type}`).join(', ')})
    on commit delete rows;
  create temp table if not exists sweep (stream text, version bigint, run_from bigint, more boolean) on commit delete rows;
  create temp table if not exists gained (source text, source_coin_id text, snapshots bigint) on commit delete rows`;

const names = stagedColumns.map(([name]) => name);

/**
 * $1: a JSON list of objects whose keys are `c0`, `c1`, … in the columns' order. Not COPY: an error that PostgreSQL
 * finds after the last row never reaches the client library, which then waits for ever with the locks held.
 */
export const writeStaged = `
  insert into staged (${names.join(', ')})
  select ${names.map((_, index) => `c${index}`).join(', ')}
  from json_to_recordset($1::text::json) as r (${stagedColumns.map(([, type], index) => `c${index} ${type}`).join(', ')})`;

/** One row of that list as JSON. jsonb and text hold no NUL and no half of a surrogate pair. */
export const stagedRow = (values: readonly (string | null)[]): string =>
  `{${values.flatMap((value, index) => (value === null ? [] : [`"c${index}":${JSON.stringify(value.toWellFormed().replaceAll('\0', '\uFFFD'))}`])).join(',')}}`;
