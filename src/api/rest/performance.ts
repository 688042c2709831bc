import { z } from 'zod';
import { allSettled } from '../../all-settled.ts';
import {
  addTotals,
  readRunTotals,
  type RunTotals,
  type SourceRunTotals,
} from '../../read/rest/run-totals.ts';
import { lastHours, partStarts, type Hours } from '../../read/last-hours.ts';
import { readRunTrend, type TrendRow } from '../../read/rest/run-trend.ts';
import { answerUntagged } from './answer.ts';
import type { RestDeps } from './deps.ts';
import { wholeNumber } from './query.ts';
import { bothPrefixes, defineRoute, type RestRoute } from './route.ts';
import {
  performanceAnswer,
  type EmptyPerformanceBody,
  type PerformanceBody,
  type SourcePerformanceBody,
  type TrendBucketBody,
} from './shapes/performance.ts';
import { averageDuration, recordsPerRun, round, successRate } from './shapes/runs.ts';

/** Pure: every part of a window, oldest first. */
export function trendOf(rows: readonly TrendRow[], window: Hours): TrendBucketBody[] {
  const byPart = new Map(rows.map((row) => [row.part, row]));
  return partStarts(window).map((start, part) => {
    const row = byPart.get(part);
    return {
      start: start.toISOString(),
      total_runs: row?.runs ?? 0,
      failed_runs: row?.failed ?? 0,
      total_records: row?.recordsRead ?? 0,
      median_duration_seconds: round(row?.durationMedian ?? null, 3),
    };
  });
}

const percentOf = (before: number | null, now: number | null): number | null =>
  before === null || now === null || before === 0 ? null : round((now / before - 1) * 100, 2);

/** Pure: this window against the one before it. */
const changeOf = (now: RunTotals, before: RunTotals): PerformanceBody['change'] => ({
  total_records_percent: percentOf(before.recordsRead, now.recordsRead),
  failed_runs: now.failed - before.failed,
  avg_duration_percent: percentOf(averageDuration(before), averageDuration(now)),
});

const ofSource = (totals: SourceRunTotals): SourcePerformanceBody => ({
  total_runs: totals.runs,
  successful_runs: totals.completed,
  success_rate: successRate(totals),
  total_records: totals.recordsRead,
  avg_records_per_run: recordsPerRun(totals),
});

export interface WindowFacts {
  bySource: readonly SourceRunTotals[];
  /** The window of the same length before it. */
  before: readonly SourceRunTotals[];
  trend: readonly TrendRow[];
}

/** Pure: what the runs of a window come to. */
export function performanceOf(
  { bySource, before, trend }: WindowFacts,
  window: Hours,
): PerformanceBody | EmptyPerformanceBody {
  const { hours, start, end } = window;
  if (bySource.length === 0)
    return { time_window_hours: hours, message: `No ETL runs found in the last ${hours} hours`, stats: {} };
  const totals = addTotals(bySource);
  return {
    time_window_hours: hours,
    period_start: start.toISOString(),
    period_end: end.toISOString(),
    summary: {
      total_runs: totals.runs,
      successful_runs: totals.completed,
      failed_runs: totals.failed,
      running_runs: totals.running,
      success_rate: successRate(totals),
      total_records_processed: totals.recordsRead,
      avg_records_per_run: recordsPerRun(totals),
      throughput_records_per_hour: round(totals.recordsRead / hours, 2),
    },
    duration_stats: {
      avg_duration_seconds: round(averageDuration(totals), 2),
      min_duration_seconds: round(totals.durationMin, 2),
      max_duration_seconds: round(totals.durationMax, 2),
      completed_runs_with_duration: totals.completed,
    },
    by_source: Object.fromEntries(bySource.map((source) => [source.source, ofSource(source)])),
    trend: trendOf(trend, window),
    change: changeOf(totals, addTotals(before)),
  };
}

/** `/stats/performance`: the runs of the last hours. */
export const performanceRoute = (deps: RestDeps): RestRoute =>
  defineRoute({
    path: '/stats/performance',
    prefixes: bothPrefixes,
    operationId: 'readPerformance',
    tag: 'Runs',
    summary: 'The runs of the last hours, in all, by source, over the window and against the one before',
    query: z.object({ hours: wholeNumber('How many hours back.', 1, 168, 24) }),
    answer: { kind: 'json', schema: performanceAnswer },
    refusals: [422],
    reads: 'untagged',
    handle({ query, reply }) {
      const window = lastHours(query.hours, deps.now());
      const { hours, start } = window;
      const earlier = lastHours(hours, start);
      return answerUntagged(deps, reply, async ({ sql }) => {
        const [bySource, before, trend] = await allSettled([
          readRunTotals(sql, start),
          readRunTotals(sql, earlier.start, start),
          readRunTrend(sql, window),
        ]);
        return performanceOf({ bySource, before, trend }, window);
      });
    },
  });
