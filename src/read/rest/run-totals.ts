import type { Queryable } from '../../database/client.ts';
import { statesIn } from './run-status.ts';

/** Runs of one source, or of several added up. Durations are of completed runs only, in seconds. */
export interface RunTotals {
  runs: number;
  completed: number;
  failed: number;
  running: number;
  recordsRead: number;
  durationSum: number;
  durationMin: number | null;
  durationMax: number | null;
}

export interface SourceRunTotals extends RunTotals {
  source: string;
}

/**
 * Runs that started at `since` or later, and before `before`, per source. A window is a range of the index on `started_at`; all of time
 * (`since` null) reads the table once: it has a row per run, a few hundred thousand a year.
 */
export async function readRunTotals(
  sql: Queryable,
  since: Date | null,
  before: Date | null = null,
): Promise<SourceRunTotals[]> {
  return await sql<SourceRunTotals[]>`
    with runs as (
      select source, records_read, status = any(${statesIn('completed')}) as completed,
        status = any(${statesIn('failed')}) as failed, extract(epoch from ended_at - started_at)::float8 as duration
      from read.run
      where ${since === null ? sql`true` : sql`started_at >= ${since}`}
        and ${before === null ? sql`true` : sql`started_at < ${before}`}
    )
    select source, count(*) as runs, count(*) filter (where completed) as completed,
      count(*) filter (where failed) as failed, count(*) filter (where not completed and not failed) as running,
      sum(records_read)::bigint as records_read,
      coalesce(sum(duration) filter (where completed), 0) as duration_sum,
      min(duration) filter (where completed) as duration_min,
      max(duration) filter (where completed) as duration_max
    from runs group by source order by source`;
}

const none: RunTotals = {
  runs: 0,
  completed: 0,
  failed: 0,
  running: 0,
  recordsRead: 0,
  durationSum: 0,
  durationMin: null,
  durationMax: null,
};

/** The better of two numbers, either of which may be missing. */
const pick = (choose: (...values: number[]) => number, a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : choose(a, b);

/** Pure: several sources' totals as one. */
export const addTotals = (parts: readonly RunTotals[]): RunTotals =>
  parts.reduce(
    (sum, part) => ({
      runs: sum.runs + part.runs,
      completed: sum.completed + part.completed,
      failed: sum.failed + part.failed,
      running: sum.running + part.running,
      recordsRead: sum.recordsRead + part.recordsRead,
      durationSum: sum.durationSum + part.durationSum,
      durationMin: pick(Math.min, sum.durationMin, part.durationMin),
      durationMax: pick(Math.max, sum.durationMax, part.durationMax),
    }),
    none,
  );
