import { count, integer, readSchema, text, time } from '../columns.ts';
import type { ReadTable } from '../read-table.ts';

/** One row per source that was ever heard of. */
export const sourceState = readSchema.table('source', {
  source: text('source').primaryKey(),
  coins: integer('coins').notNull(),
  snapshots: count('snapshots').notNull(),
  lastRunId: text('last_run_id'),
  lastRunStartedAt: time('last_run_started_at'),
  lastSuccessAt: time('last_success_at'),
});
export const sourceStateTable: ReadTable = { table: sourceState, indexes: [] };
