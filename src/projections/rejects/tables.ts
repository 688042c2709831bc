import { primaryKey } from '../../drizzle.ts';
import { count, integer, issues, readSchema, text, time } from '../columns.ts';
import type { ReadTable } from '../read-table.ts';

/** Records that could not be read, by reference: the raw record is in its event. */
export const rejectedRecord = readSchema.table(
  'rejected_record',
  {
    stream: text('stream').notNull(),
    version: count('version').notNull(),
    recordIndex: integer('record_index').notNull(),
    source: text('source').notNull(),
    runId: text('run_id'),
    line: integer('line'),
    issues: issues('issues').notNull(),
    /** Of its event. */
    recordedAt: time('recorded_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.stream, t.version, t.recordIndex] })],
);
/** Records that are kept without values that could not be read. */
export const cellReport = readSchema.table(
  'cell_report',
  {
    stream: text('stream').notNull(),
    version: count('version').notNull(),
    recordIndex: integer('record_index').notNull(),
    source: text('source').notNull(),
    runId: text('run_id'),
    issues: issues('issues').notNull(),
  },
  (t) => [primaryKey({ columns: [t.stream, t.version, t.recordIndex] })],
);
export const cellReportTable: ReadTable = { table: cellReport, indexes: ['(run_id)'] };

export const rejectedRecordTable: ReadTable = {
  table: rejectedRecord,
  indexes: [
    '(run_id)',
    '(recorded_at desc, stream, version desc, record_index)',
    '(source, recorded_at desc, stream, version desc, record_index)',
  ],
};
