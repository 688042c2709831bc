import { boolean, primaryKey } from '../drizzle.ts';
import { anomalyTable } from './anomalies/tables.ts';
import { coinTable, sourceCoinTable } from './coins/tables.ts';
import { sweptPageTable } from './coins/sweep.ts';
import { coinAliasTable, identityLinkTable, linkHistoryTable } from './identity/tables.ts';
import { count, readSchema, text, time } from './columns.ts';
import {
  anomalyAcknowledgementTable,
  driftAcknowledgementTable,
  rejectedDecisionTable,
} from './decisions/tables.ts';
import { driftTable, feedDriftTable } from './drift/tables.ts';
import { listingTable } from './listings/tables.ts';
import { quoteTable } from './quotes/tables.ts';
import type { ReadTable } from './read-table.ts';
import { cellReportTable, rejectedRecordTable } from './rejects/tables.ts';
import { runTable } from './runs/tables.ts';
import { snapshotRevisionTable, snapshotTable } from './snapshots/tables.ts';
import { sourceStateTable } from './sources/tables.ts';

/** How far each stream has been folded. */
export const checkpoint = readSchema.table('checkpoint', {
  stream: text('stream').primaryKey(),
  version: count('version').notNull(),
});

/** Events no fold could read, with the reason. */
export const deadLetter = readSchema.table(
  'dead_letter',
  {
    stream: text('stream').notNull(),
    version: count('version').notNull(),
    reason: text('reason').notNull(),
  },
  (t) => [primaryKey({ columns: [t.stream, t.version] })],
);

/** One row: the version that every answer is labelled with. It never goes back. */
export const readModel = readSchema.table('read_model', {
  one: boolean('one').primaryKey(),
  version: count('version').notNull(),
  foldDigest: text('fold_digest').notNull(),
  /** Of the folds' code alone, without what operators decided. */
  codeDigest: text('code_digest').notNull(),
  rebuiltAt: time('rebuilt_at').notNull(),
  /** The version that the last rebuild was swapped in with. */
  rebuiltVersion: count('rebuilt_version').notNull(),
  /** Older observations have gone, but for the newest of each coin; null: all of them are there. */
  historyFrom: time('history_from'),
});

/** What a rebuild must reproduce, row by row. */
export const comparedTables: readonly ReadTable[] = [
  snapshotTable,
  snapshotRevisionTable,
  quoteTable,
  sourceCoinTable,
  identityLinkTable,
  linkHistoryTable,
  coinAliasTable,
  coinTable,
  sweptPageTable,
  listingTable,
  runTable,
  sourceStateTable,
  rejectedRecordTable,
  cellReportTable,
  rejectedDecisionTable,
  driftTable,
  driftAcknowledgementTable,
  feedDriftTable,
  anomalyTable,
  anomalyAcknowledgementTable,
  { table: deadLetter, indexes: [] },
  { table: checkpoint, indexes: [] },
];

export const allTables: readonly ReadTable[] = [...comparedTables, { table: readModel, indexes: [] }];
