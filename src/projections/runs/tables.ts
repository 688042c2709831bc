import { boolean } from '../../drizzle.ts';
import { count, integer, readSchema, text, time } from '../columns.ts';
import type { ReadTable } from '../read-table.ts';

/** One row per run of a feed. Its states and counts are folded from its events, strictly in their order. */
export const run = readSchema.table('run', {
  runId: text('run_id').primaryKey(),
  source: text('source').notNull(),
  feed: text('feed').notNull(),
  status: text('status').notNull(),
  unchanged: boolean('unchanged').notNull(),
  startedAt: time('started_at').notNull(),
  endedAt: time('ended_at'),
  nextAttemptAt: time('next_attempt_at'),
  pages: integer('pages').notNull(),
  bytes: count('bytes').notNull(),
  attempts: integer('attempts').notNull(),
  recordsRead: count('records_read').notNull(),
  accepted: count('accepted').notNull(),
  revised: count('revised').notNull(),
  rejected: count('rejected').notNull(),
  duplicates: count('duplicates').notNull(),
  skipped: count('skipped').notNull(),
  errorCode: text('error_code'),
  errorMessage: text('error_message'),
  startedVersion: count('started_version').notNull(),
  rejectLimitRecords: count('reject_limit_records'),
  rejectLimitPercent: integer('reject_limit_percent'),
  rankGaps: text('rank_gaps'),
  nulledCells: count('nulled_cells').notNull(),
});
export const runTable: ReadTable = {
  table: run,
  indexes: ['(started_at desc, run_id desc)', '(source, started_at desc, run_id desc)'],
};
