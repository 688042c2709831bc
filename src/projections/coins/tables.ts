import { primaryKey } from 'drizzle-orm/pg-core';
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

/** Which coin a source's coin is. A link or unlink changes one row here, and the whole history follows. */
export const identityLink = readSchema.table(
  'identity_link',
  { ...coinKeyColumns, coinId: text('coin_id').notNull() },
  (t) => [primaryKey({ columns: [t.source, t.sourceCoinId] })],
);
export const identityLinkTable: ReadTable = { table: identityLink, indexes: ['(coin_id)'] };

/** One row per coin, as lists show and order it. USD; null where no source quotes it in USD. */
export const coin = readSchema.table('coin', {
  coinId: text('coin_id').primaryKey(),
  symbol: text('symbol'),
  name: text('name').notNull(),
  imageUrl: text('image_url'),
  ...valueColumns,
  linkedSources: integer('linked_sources').notNull(),
  quotesUsed: integer('quotes_used').notNull(),
  quotesTotal: integer('quotes_total').notNull(),
  observedAt: time('observed_at'),
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
  indexes: coinOrderColumns.flatMap((column) => [
    `(${column} asc nulls last, coin_id asc)`,
    `(${column} desc nulls last, coin_id asc)`,
  ]),
};
