import { numeric, primaryKey } from 'drizzle-orm/pg-core';
import type { ConsensusMethod } from '../../identity/consensus.ts';
import {
  coinKeyColumns,
  count,
  integer,
  provenanceColumns,
  readSchema,
  text,
  time,
  valueColumns,
} from '../columns.ts';
import type { ReadTable } from '../read-table.ts';

const { observedAtBasis: _basis, processedAt: _processed, ...winnerColumns } = provenanceColumns;

/** What each source calls its coins, and how many observations there are: small enough to filter by. */
export const sourceCoin = readSchema.table(
  'source_coin',
  {
    ...coinKeyColumns,
    symbol: text('symbol'),
    name: text('name').notNull(),
    imageUrl: text('image_url'),
    snapshots: count('snapshots').notNull(),
    ...winnerColumns,
    /** The last page of a sweep of several pages that had this coin. */
    seenStream: text('seen_stream'),
    seenVersion: count('seen_version'),
  },
  (t) => [primaryKey({ columns: [t.source, t.sourceCoinId] })],
);
export const sourceCoinTable: ReadTable = { table: sourceCoin, indexes: ['(upper(symbol))'] };

/** One row per coin, as lists show and order it: the consensus of its USD quotes; null where there is none. */
export const coin = readSchema.table('coin', {
  coinId: text('coin_id').primaryKey(),
  symbol: text('symbol'),
  name: text('name').notNull(),
  imageUrl: text('image_url'),
  ...valueColumns,
  linkedSources: integer('linked_sources').notNull(),
  method: text('method').$type<ConsensusMethod>().notNull(),
  spreadPercent: numeric('spread_percent'),
  quotesUsed: integer('quotes_used').notNull(),
  quotesTotal: integer('quotes_total').notNull(),
  observedAt: time('observed_at'),
  /** The version of the read model that changed this row last. */
  changedVersion: count('changed_version').notNull(),
});
/** One index per order that `coins` offers, in both directions with nulls last. */
export const coinOrderColumns = [
  'rank',
  'market_cap',
  'price',
  'volume_24h',
  'percent_change_24h',
  'symbol',
  'name',
] as const;
export const coinTable: ReadTable = {
  table: coin,
  indexes: [
    ...coinOrderColumns.flatMap((column) => [
      `(${column} asc nulls last, coin_id asc)`,
      `(${column} desc nulls last, coin_id asc)`,
    ]),
    '(changed_version)',
  ],
  uncompared: ['changed_version'],
};
