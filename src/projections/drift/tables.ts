import { jsonb } from '../../drizzle.ts';
import { count, readSchema, text, time } from '../columns.ts';
import type { ReadTable } from '../read-table.ts';
import type { FeedDrift } from './fold.ts';

/** What is known of each feed's payloads: what its next run is compared with. */
export const feedDrift = readSchema.table('feed_drift', {
  stream: text('stream').primaryKey(),
  state: jsonb('state').$type<FeedDrift>().notNull(),
});
export const feedDriftTable: ReadTable = { table: feedDrift, indexes: [] };

/** Changes of what sources send, one row each however often it is seen. */
export const drift = readSchema.table('drift', {
  driftId: text('drift_id').primaryKey(),
  source: text('source').notNull(),
  stream: text('stream').notNull(),
  kind: text('kind').notNull(),
  path: text('path').notNull(),
  before: text('before'),
  after: text('after'),
  /** Values concerned, over all runs that had it. */
  count: count('count').notNull(),
  sample: jsonb('sample'),
  /** Of a likely rename, in percent. */
  scorePercent: count('score_percent'),
  params: jsonb('params').notNull(),
  firstVersion: count('first_version').notNull(),
  lastVersion: count('last_version').notNull(),
  reportedAt: time('reported_at').notNull(),
});
export const driftTable: ReadTable = {
  table: drift,
  indexes: ['(reported_at desc, drift_id desc)', '(source, reported_at desc, drift_id desc)'],
};
