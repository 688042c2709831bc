import { primaryKey } from '../../drizzle.ts';
import { coinKeyColumns, provenanceColumns, readSchema, text, uuid, valueColumns } from '../columns.ts';
import type { ReadTable } from '../read-table.ts';

/** The newest observation of each source coin in each currency. */
export const quote = readSchema.table(
  'quote',
  {
    ...coinKeyColumns,
    quoteCurrency: text('quote_currency').notNull(),
    snapshotId: uuid('snapshot_id').notNull(),
    ...valueColumns,
    ...provenanceColumns,
  },
  (t) => [primaryKey({ columns: [t.source, t.sourceCoinId, t.quoteCurrency] })],
);

export const quoteTable: ReadTable = { table: quote, indexes: [] };
