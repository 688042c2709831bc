import { numeric, primaryKey } from '../../drizzle.ts';
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
/**
 * One index per order that `coins` offers, the way it is usually asked for; the other way reads it backwards. Every poll
 * changes every one of them for every coin: 14 took 74 microseconds a coin.
 */
export const coinOrderIndexes = {
  rank: 'asc',
  market_cap: 'desc',
  price: 'desc',
  volume_24h: 'desc',
  percent_change_24h: 'desc',
  symbol: 'asc',
  name: 'asc',
} as const;
export const coinTable: ReadTable = {
  table: coin,
  indexes: [
    ...Object.entries(coinOrderIndexes).map(
      ([column, direction]) => `(${column} ${direction} nulls last, coin_id asc)`,
    ),
    '(changed_version)',
  ],
  uncompared: ['changed_version'],
};
