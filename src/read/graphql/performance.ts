import type { Queryable } from '../../database/client.ts';
import { statesIn } from '../rest/run-status.ts';

/** The runs of a window, of one source or of all. */
export interface WindowRuns {
  /** Null: of all. */
  source: string | null;
  runs: number;
  completed: number;
  failed: number;
  records: number;
  /** Of completed runs, in milliseconds; null without one. */
  durationMsP50: number | null;
  durationMsP95: number | null;
}

/** All sources and each that had a run, in one reading of the index on `started_at`. The row of all comes first. */
export const readWindowRuns = (
  sql: Queryable,
  { start, end }: { start: Date; end: Date },
): Promise<WindowRuns[]> => {
  const duration = sql`extract(epoch from ended_at - started_at)::float8 * 1000`;
  const completed = sql`filter (where status = any(${statesIn('completed')}))`;
  return sql<WindowRuns[]>`
    select source, count(*) as runs, count(*) ${completed} as completed,
      count(*) filter (where status = any(${statesIn('failed')})) as failed,
      coalesce(sum(records_read), 0)::bigint as records,
      percentile_cont(0.5) within group (order by ${duration}) ${completed} as duration_ms_p50,
      percentile_cont(0.95) within group (order by ${duration}) ${completed} as duration_ms_p95
    from read.run where started_at >= ${start} and started_at < ${end}
    group by grouping sets ((), (source)) order by grouping(source) desc, source`;
};
