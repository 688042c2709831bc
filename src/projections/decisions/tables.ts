import { primaryKey } from '../../drizzle.ts';
import { count, integer, issues, readSchema, text, time } from '../columns.ts';
import type { ReadTable } from '../read-table.ts';

/**
 * What operators decided about rejected records; the last decision counts. A table of its own, since decisions and
 * records come on different streams, in whatever order.
 */
export const rejectedDecision = readSchema.table(
  'rejected_decision',
  {
    stream: text('stream').notNull(),
    version: count('version').notNull(),
    recordIndex: integer('record_index').notNull(),
    status: text('status').notNull(),
    reason: text('reason').notNull(),
    decidedAt: time('decided_at').notNull(),
    /** Of a replayed record, which the folds no longer reject: what was wrong with it. */
    source: text('source'),
    runId: text('run_id'),
    line: integer('line'),
    issues: issues('issues'),
    recordedAt: time('recorded_at'),
  },
  (t) => [primaryKey({ columns: [t.stream, t.version, t.recordIndex] })],
);
export const rejectedDecisionTable: ReadTable = {
  table: rejectedDecision,
  indexes: ['(status, recorded_at desc, stream, version desc, record_index)'],
};

/** Which drifts an operator has seen. */
export const driftAcknowledgement = readSchema.table('drift_acknowledgement', {
  driftId: text('drift_id').primaryKey(),
  reason: text('reason').notNull(),
  acknowledgedAt: time('acknowledged_at').notNull(),
});
export const driftAcknowledgementTable: ReadTable = { table: driftAcknowledgement, indexes: [] };

/** Which anomalies an operator has seen. */
export const anomalyAcknowledgement = readSchema.table('anomaly_acknowledgement', {
  anomalyId: text('anomaly_id').primaryKey(),
  reason: text('reason').notNull(),
  acknowledgedAt: time('acknowledged_at').notNull(),
});
export const anomalyAcknowledgementTable: ReadTable = { table: anomalyAcknowledgement, indexes: [] };
