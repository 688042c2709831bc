import { primaryKey } from 'drizzle-orm/pg-core';
import { coinKeyColumns, provenanceColumns, readSchema, text, uuid, valueColumns } from '../columns.ts';
import type { ReadTable } from '../read-table.ts';

/** Every observation of every source coin: one row per coin, currency and time. Partitioned by month. */
export const snapshot = readSchema.table(
  'snapshot',
  {
    id: uuid('id').notNull(),
    ...coinKeyColumns,
    quoteCurrency: text('quote_currency').notNull(),
    symbol: text('symbol'),
    name: text('name').notNull(),
    ...valueColumns,
    ...provenanceColumns,
    /** Of everything the record said: tells a repeated observation from a revised one. */
    contentDigest: uuid('content_digest').notNull(),
  },
  (t) => [primaryKey({ columns: [t.source, t.sourceCoinId, t.quoteCurrency, t.observedAt] })],
);

export const snapshotTable: ReadTable = {
  table: snapshot,
  partitionedBy: 'observed_at',
  indexes: [
    '(id)',
    '(processed_at desc, id desc)',
    '(source, processed_at desc, id desc)',
    '(observed_at desc, id desc)',
  ],
};
