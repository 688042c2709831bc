import { getTableConfig } from '../../drizzle.ts';
import { decimalColumns } from '../columns.ts';
import { copyTarget, type Columns } from '../copy-target.ts';
import { describedColumns } from '../coins/gathered.ts';
import { snapshotRevision } from '../snapshots/tables.ts';

/** What every line of a quote begins with, in this order. */
const quoteColumns: Columns = [
  ['id', 'uuid'],
  ['source', 'text'],
  ['source_coin_id', 'text'],
  ['quote_currency', 'text'],
  ['symbol', 'text'],
  ['name', 'text'],
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

/** The columns of a staged quote, in the order of its COPY. */
export const stagedColumns: Columns = [...quoteColumns, ['coin_id', 'text'], ['image_url', 'text']];

const readingColumns = getTableConfig(snapshotRevision).columns.map(
  (column) => `${column.name} ${column.getSQLType()}`,
);

/**
 * A batch's quotes before they are merged, the observations that each source coin gains by it, source coins that are
 * new, observations that several records speak of with all that was ever said of them, and the coins it changes with how
 * many source coins each has; `described` is for a rebuild's end.
 */
export const createStaging = `
  create temp table if not exists staged (${stagedColumns.map(([name, type]) => `${name} ${type}`).join(', ')})
    on commit delete rows;
  create temp table if not exists described (${describedColumns.map(([name, type]) => `${name} ${type}`).join(', ')})
    on commit delete rows;
  create temp table if not exists gained (source text, source_coin_id text, snapshots bigint) on commit delete rows;
  create temp table if not exists first_seen (source text, source_coin_id text) on commit delete rows;
  create temp table if not exists changed_coin (coin_id text) on commit delete rows;
  create temp table if not exists member (coin_id text, members bigint, source text, source_coin_id text)
    on commit delete rows;
  create temp table if not exists met (source text, source_coin_id text, quote_currency text, observed_at timestamptz)
    on commit delete rows;
  create temp table if not exists reading (${readingColumns.join(', ')}) on commit delete rows`;

/** Quotes that may speak of an observation that others spoke of. */
export const staging = copyTarget('staged', stagedColumns);

/** Quotes whose observation nobody can have spoken of before: straight to where they stay. */
export const freshSnapshots = copyTarget('snapshot', [
  ...quoteColumns,
  ['since_version', 'bigint'],
  ['since_index', 'int'],
]);
