import { deriveId } from '../../log/event-id.ts';
import type { ListedRun } from '../../read/rest/list-runs.ts';
import type { RunTotals } from '../../read/rest/run-totals.ts';

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

const timeOrNull = (time: Date | null): string | null => time?.toISOString() ?? null;

const seconds = ({ startedAt, endedAt }: ListedRun): number | null =>
  endedAt === null ? null : (endedAt.getTime() - startedAt.getTime()) / 1000;

/** A row of `/stats/runs`. The old service gave each row an id of its own: ours follows from the run's. */
export const asRunRow = (run: ListedRun) => ({
  id: deriveId('rest', 'run', run.runId),
  run_id: run.runId,
  source: run.source,
  status: run.status,
  records_processed: run.recordsRead,
  records_inserted: run.accepted,
  records_updated: run.revised,
  records_failed: run.rejected,
  start_time: run.startedAt.toISOString(),
  end_time: timeOrNull(run.endedAt),
  duration_seconds: seconds(run),
  error_message: run.errorMessage,
});

export const asLastRun = (run: ListedRun) => ({
  run_id: run.runId,
  source: run.source,
  status: run.status,
  start_time: run.startedAt.toISOString(),
  end_time: timeOrNull(run.endedAt),
  duration_seconds: seconds(run),
  records_processed: run.recordsRead,
});

export const asLastSuccess = (run: ListedRun) => ({
  run_id: run.runId,
  source: run.source,
  end_time: timeOrNull(run.endedAt),
  duration_seconds: seconds(run),
  records_processed: run.recordsRead,
});

export const asLastFailure = (run: ListedRun) => ({
  run_id: run.runId,
  source: run.source,
  start_time: run.startedAt.toISOString(),
  error_message: run.errorMessage,
});
