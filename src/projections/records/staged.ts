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
  create temp table if not exists gained (source text, source_coin_id text, snapshots bigint) on commit delete rows`;

export const copyStaged = 'copy pg_temp.staged from stdin';

const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** One line in PostgreSQL's COPY text format. */
export const copyLine = (values: readonly (string | null)[]): string =>
  `${values.map((value) => (value === null ? '\\N' : value.replace(/[\\\t\n\r]/g, (c) => escapes[c] ?? c))).join('\t')}\n`;
