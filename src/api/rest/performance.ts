import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { addTotals, readRunTotals, type SourceRunTotals } from '../../read/rest/run-totals.ts';
import { answerUntagged } from './answer.ts';
import type { RestDeps } from './deps.ts';
import { parseQuery, refuse, wholeNumber } from './query.ts';
import { averageDuration, recordsPerRun, round, successRate } from './run-shapes.ts';

const performanceQuery = z.object({ hours: wholeNumber(1, 168, 24) });

/** A window of the last hours: both ends, the later one being now. */
export interface Window {
  hours: number;
  start: Date;
  end: Date;
}

export const lastHours = (hours: number, now: Date): Window => ({
  hours,
  start: new Date(now.getTime() - hours * 3_600_000),
  end: now,
});

const ofSource = (totals: SourceRunTotals) => ({
  total_runs: totals.runs,
  successful_runs: totals.completed,
  success_rate: successRate(totals),
  total_records: totals.recordsRead,
  avg_records_per_run: recordsPerRun(totals),
});

/** Pure: what the runs of a window come to. */
export function performanceOf(bySource: readonly SourceRunTotals[], { hours, start, end }: Window) {
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
  };
}

/** `/stats/performance`: the runs of the last hours. */
export const performanceRoute = (deps: RestDeps) => async (request: FastifyRequest, reply: FastifyReply) => {
  const parsed = parseQuery(performanceQuery, request.query);
  if (parsed.kind === 'refused') return refuse(request, reply, 422, parsed.faults);
  const window = lastHours(parsed.query.hours, deps.now());
  return answerUntagged(deps, reply, async ({ sql }) =>
    performanceOf(await readRunTotals(sql, window.start), window),
  );
};
