import { primaryKey } from '../../drizzle.ts';
import {
  coinKeyColumns,
  count,
  decimalColumns,
  integer,
  provenanceColumns,
  readSchema,
  text,
  uuid,
  valueColumns,
} from '../columns.ts';
import type { ReadTable } from '../read-table.ts';

/** One reading of an observation: what a record said of a source coin in one currency at a time. */
const readingColumns = {
  id: uuid('id').notNull(),
  ...coinKeyColumns,
  quoteCurrency: text('quote_currency').notNull(),
  symbol: text('symbol'),
  name: text('name').notNull(),
  ...valueColumns,
  ...provenanceColumns,
  /** Of everything the record said: tells a repeated observation from a revised one. */
  contentDigest: uuid('content_digest').notNull(),
  /** The first record of the same stream that said just this; `version` and `record_index` are of the last one. */
  sinceVersion: count('since_version').notNull(),
  sinceIndex: integer('since_index').notNull(),
};

/** Every observation of every source coin: one row per coin, currency and time. Partitioned by month. */
export const snapshot = readSchema.table('snapshot', readingColumns, (t) => [
  primaryKey({ columns: [t.source, t.sourceCoinId, t.quoteCurrency, t.observedAt] }),
]);

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

/** What was said of an observation and does not stand any more: a later record said something else. */
export const snapshotRevision = readSchema.table('snapshot_revision', readingColumns, (t) => [
  primaryKey({
    columns: [t.source, t.sourceCoinId, t.quoteCurrency, t.observedAt, t.stream, t.contentDigest],
  }),
]);

export const snapshotRevisionTable: ReadTable = { table: snapshotRevision, indexes: [] };

/** The columns that a staged row has too. */
export const stagedReadingColumns: readonly string[] = [
  'id',
  'source',
  'source_coin_id',
  'quote_currency',
  'symbol',
  'name',
  ...Object.values(decimalColumns),
  'rank',
  'observed_at',
  'observed_at_basis',
  'processed_at',
  'stream',
  'version',
  'record_index',
  'content_digest',
];

/** Every column of a reading. */
export const readingColumnNames: readonly string[] = [
  ...stagedReadingColumns,
  'since_version',
  'since_index',
];
