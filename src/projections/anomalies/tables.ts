import { jsonb } from '../../drizzle.ts';
import type { Metadata } from '../../log/event.ts';
import { count, readSchema, text, time } from '../columns.ts';
import type { ReadTable } from '../read-table.ts';
import type { AnomalySeverity } from './events.ts';

/** What looked wrong, and whether it still does. */
export const anomaly = readSchema.table('anomaly', {
  anomalyId: text('anomaly_id').primaryKey(),
  kind: text('kind').notNull(),
  severity: text('severity').$type<AnomalySeverity>().notNull(),
  source: text('source'),
  coinId: text('coin_id'),
  message: text('message').notNull(),
  evidence: jsonb('evidence').$type<Metadata>().notNull(),
  raisedAt: time('raised_at').notNull(),
  /** Of the event of the stream `monitor` that raised it. */
  version: count('version').notNull(),
  resolvedAt: time('resolved_at'),
  resolvedReason: text('resolved_reason'),
});
export const anomalyTable: ReadTable = {
  table: anomaly,
  indexes: ['(raised_at desc, anomaly_id desc)', '(kind) where resolved_at is null'],
};
