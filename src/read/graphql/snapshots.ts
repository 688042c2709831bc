import type { Queryable } from '../../database/client.ts';
import { decimalColumns } from '../../projections/columns.ts';
import type { DecimalField } from '../../sources/record.ts';
import { countRows, given } from './fragments.ts';
import type { List } from './page.ts';
import { piece, rowsOf, words, type Piece } from './piece.ts';

/** One observation of a source coin in one currency; decimals as text. */
export interface SnapshotRow extends Record<DecimalField, string | null> {
  id: string;
  source: string;
  sourceCoinId: string;
  coinId: string | null;
  symbol: string | null;
  name: string;
  quoteCurrency: string;
  rank: number | null;
  observedAt: Date;
  processedAt: Date;
  stream: string;
  version: number;
  recordIndex: number;
}

const columns = words(
  [
    'id',
    'source',
    'source_coin_id',
    'coin_id',
    'symbol',
    'name',
    'quote_currency',
    ...Object.values(decimalColumns),
    'rank',
    'observed_at',
    'processed_at',
    'stream',
    'version',
    'record_index',
  ].join(', '),
);

const from = piece`read.snapshot left join (
    select source, source_coin_id, coin_id from read.identity_link) l using (source, source_coin_id)`;

export interface SnapshotConditions {
  source?: string | null;
  coinId?: string | null;
  sourceCoinId?: string | null;
  observedAfter?: Date | null;
  observedBefore?: Date | null;
  processedAfter?: Date | null;
  processedBefore?: Date | null;
}

const conditions = (filter: SnapshotConditions): Piece[] => [
  ...given(filter.source, (source) => piece`source = ${source}`),
  ...given(filter.sourceCoinId, (id) => piece`source_coin_id = ${id}`),
  // A coin's few source coins first: the history is then found by its key.
  ...given(
    filter.coinId,
    (id) => piece`(source, source_coin_id) in (
      select l.source, l.source_coin_id from read.identity_link l where l.coin_id = ${id})`,
  ),
  ...given(filter.observedAfter, (time) => piece`observed_at >= ${time}`),
  ...given(filter.observedBefore, (time) => piece`observed_at < ${time}`),
  ...given(filter.processedAfter, (time) => piece`processed_at >= ${time}`),
  ...given(filter.processedBefore, (time) => piece`processed_at < ${time}`),
];

/** The observations that meet a filter, newest first. */
export const snapshotList = (filter: SnapshotConditions): List<SnapshotRow> => ({
  name: 'snapshots',
  order: 'observedAt desc',
  columns: [
    { column: 'observed_at', type: 'time', direction: 'desc', nullable: false },
    { column: 'id', type: 'uuid', direction: 'desc', nullable: false },
  ],
  keyOf: (row) => [row.observedAt.toISOString(), row.id],
  filter,
  conditions: () => conditions(filter),
  rows: (where, { orderBy, limit }) =>
    piece`select ${columns} from ${from} where ${where} order by ${orderBy} limit ${limit}`,
  count: (sql, where) => countRows(sql, piece`read.snapshot`, where),
});

/** Observations by their ids, which are UUIDs. */
export async function readSnapshotsById(
  sql: Queryable,
  ids: readonly string[],
): Promise<Map<string, SnapshotRow>> {
  const rows = await rowsOf<SnapshotRow>(
    sql,
    piece`select ${columns} from ${from} where id = any(${[...ids]}::uuid[])`,
  );
  return new Map(rows.map((row) => [row.id, row]));
}
