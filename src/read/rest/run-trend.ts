import type { Queryable } from '../../database/client.ts';
import { statesIn } from './run-status.ts';

/** The runs that began in one part of a window. */
export interface TrendRow {
  /** Which part, from 0. */
  part: number;
  runs: number;
  failed: number;
  recordsRead: number;
  /** Of completed runs, in seconds; null without one. */
  durationMedian: number | null;
}

/** Runs by equal parts of a window; parts without any are absent. One range of the index on `started_at`. */
export const readRunTrend = (
  sql: Queryable,
  { start, end, partMs }: { start: Date; end: Date; partMs: number },
): Promise<TrendRow[]> =>
  sql<TrendRow[]>`
    select floor(extract(epoch from started_at - ${start}) * 1000 / ${partMs})::int as part,
      count(*) as runs,
      count(*) filter (where status = any(${statesIn('failed')})) as failed,
      sum(records_read)::bigint as records_read,
      percentile_cont(0.5) within group (order by extract(epoch from ended_at - started_at)::float8)
        filter (where status = any(${statesIn('completed')})) as duration_median
    from read.run where started_at >= ${start} and started_at < ${end}
    group by 1 order by 1`;
