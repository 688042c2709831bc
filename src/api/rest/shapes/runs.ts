import { z } from 'zod';
import { deriveId } from '../../../log/event-id.ts';
import type { ListedRun } from '../../../read/rest/list-runs.ts';
import { restStatuses } from '../../../read/rest/run-status.ts';
import type { RunTotals } from '../../../read/rest/run-totals.ts';
import { count, named, number, numberOrNull, text, textOrNull, time, timeOrNull, uuid } from './named.ts';

/** Rounds to that many decimals; null stays null. */
export function round(value: number, decimals: number): number;
export function round(value: number | null, decimals: number): number | null;
export function round(value: number | null, decimals: number): number | null {
  return value === null ? null : Number(value.toFixed(decimals));
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

export const successRate = ({ completed, runs }: RunTotals): number => round(share(completed, runs), 4);

export const recordsPerRun = ({ recordsRead, runs }: RunTotals): number => round(share(recordsRead, runs), 2);

/** Seconds of a completed run, on average; null without one. */
export const averageDuration = ({ durationSum, completed }: RunTotals): number | null =>
  completed === 0 ? null : durationSum / completed;

const isoOrNull = (at: Date | null): string | null => at?.toISOString() ?? null;

const secondsOf = ({ startedAt, endedAt }: ListedRun): number | null =>
  endedAt === null ? null : (endedAt.getTime() - startedAt.getTime()) / 1000;

const fields = {
  run_id: text('`{source}_{YYYYmmdd_HHMMSS}_{8 hex}`.'),
  source: text('Which source it asked.'),
  status: z
    .enum(restStatuses)
    .describe('A run that was put off is running, one that was abandoned has failed.'),
  start_time: time('When it began.'),
  end_time: timeOrNull('Null while it goes on.'),
  duration_seconds: numberOrNull('From its start to its end.'),
  records_processed: count('Records read.'),
};

export const runRow = named(
  'Run',
  z.object({
    id: uuid('Follows from `run_id`.'),
    ...fields,
    records_inserted: count('Accepted.'),
    records_updated: count('Revised: an observation that was there already, told otherwise.'),
    records_failed: count('Rejected.'),
    error_message: textOrNull('Why it failed.'),
  }),
);
export type RunRowBody = z.infer<typeof runRow>;

export const runList = named('RunList', z.array(runRow).describe('Newest first.'));
export type RunListBody = z.infer<typeof runList>;

/** A row of `/stats/runs`. The old service gave each row an id of its own: ours follows from the run's. */
export const asRunRow = (run: ListedRun): RunRowBody => ({
  id: deriveId('rest', 'run', run.runId),
  run_id: run.runId,
  source: run.source,
  status: run.status,
  records_processed: run.recordsRead,
  records_inserted: run.accepted,
  records_updated: run.revised,
  records_failed: run.rejected,
  start_time: run.startedAt.toISOString(),
  end_time: isoOrNull(run.endedAt),
  duration_seconds: secondsOf(run),
  error_message: run.errorMessage,
});

export const lastRun = named(
  'LastRun',
  z.object({ ...fields, warning: text('It began more than 24 hours ago.').optional() }),
);

export const asLastRun = (run: ListedRun) => ({
  run_id: run.runId,
  source: run.source,
  status: run.status,
  start_time: run.startedAt.toISOString(),
  end_time: isoOrNull(run.endedAt),
  duration_seconds: secondsOf(run),
  records_processed: run.recordsRead,
});

const { run_id, source, start_time, end_time, duration_seconds, records_processed } = fields;

const lastSuccess = z.object({ run_id, source, end_time, duration_seconds, records_processed });
const lastFailure = z.object({ run_id, source, start_time, error_message: textOrNull('Why it failed.') });

export const stats = named(
  'Stats',
  z.object({
    total_runs: count('Runs there ever were.'),
    successful_runs: count('Completed ones.'),
    failed_runs: count('Failed and abandoned ones.'),
    last_successful_run: lastSuccess.nullable().describe('Null while there is none.'),
    last_failed_run: lastFailure.nullable().describe('Null while there is none.'),
    records_by_source: z.record(z.string(), count('Rows of the history.')).describe('By source.'),
    avg_duration_seconds: number('Of completed runs.').nullable(),
  }),
);
export type StatsBody = z.infer<typeof stats>;

export const asLastSuccess = (run: ListedRun): z.infer<typeof lastSuccess> => ({
  run_id: run.runId,
  source: run.source,
  end_time: isoOrNull(run.endedAt),
  duration_seconds: secondsOf(run),
  records_processed: run.recordsRead,
});

export const asLastFailure = (run: ListedRun): z.infer<typeof lastFailure> => ({
  run_id: run.runId,
  source: run.source,
  start_time: run.startedAt.toISOString(),
  error_message: run.errorMessage,
});
