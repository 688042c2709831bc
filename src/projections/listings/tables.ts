import { boolean, jsonb, primaryKey } from '../../drizzle.ts';
import type { Contract, SourceCoinRef } from '../../sources/record.ts';
import { coinKeyColumns, count, integer, readSchema, text, time, uuid } from '../columns.ts';
import type { ReadTable } from '../read-table.ts';

/**
 * Who a source's coins are by its directories, and by files that name the ids of others: the last word of each stream
 * on each coin. A stream whose records tell a contract each has a row for each of them. A row stays as it is while
 * records say the same again, so `version` and `record_index` are those of the record that said it first since it last
 * changed; that a coin is in a list no more says nothing.
 */
export const listing = readSchema.table(
  'listing',
  {
    ...coinKeyColumns,
    stream: text('stream').notNull(),
    /** Which part of the coin it tells, as `eth-ethereum 0x…`; empty: all that the stream says of it. */
    part: text('part').notNull(),
    symbol: text('symbol'),
    name: text('name'),
    isActive: boolean('is_active'),
    contracts: jsonb('contracts').$type<Contract[]>().notNull(),
    /** Ids of other sources, by the source's own word and by that of a file. */
    mappedIds: jsonb('mapped_ids').$type<SourceCoinRef[]>().notNull(),
    declaredIds: jsonb('declared_ids').$type<SourceCoinRef[]>().notNull(),
    contentDigest: uuid('content_digest').notNull(),
    processedAt: time('processed_at').notNull(),
    version: count('version').notNull(),
    recordIndex: integer('record_index').notNull(),
  },
  (t) => [primaryKey({ columns: [t.source, t.sourceCoinId, t.stream, t.part] })],
);

export const listingTable: ReadTable = { table: listing, indexes: [] };
