import { z } from 'zod';
import { count, named, number, numberOrNull, text, time } from './named.ts';

const summary = z.object({
  total_runs: count('Runs that began in the window.'),
  successful_runs: count('Completed ones.'),
  failed_runs: count('Failed and abandoned ones.'),
  running_runs: count('Going on or put off.'),
  success_rate: number('Completed of all, from 0 to 1.'),
  total_records_processed: count('Records read.'),
  avg_records_per_run: number('Records read a run.'),
  throughput_records_per_hour: number('Records read an hour of the window.'),
});

const durations = z.object({
  avg_duration_seconds: numberOrNull('Of completed runs.'),
  min_duration_seconds: numberOrNull('Of completed runs.'),
  max_duration_seconds: numberOrNull('Of completed runs.'),
  completed_runs_with_duration: count('How many those are.'),
});

const ofSource = z.object({
  total_runs: count('Runs that began in the window.'),
  successful_runs: count('Completed ones.'),
  success_rate: number('Completed of all, from 0 to 1.'),
  total_records: count('Records read.'),
  avg_records_per_run: number('Records read a run.'),
});
export type SourcePerformanceBody = z.infer<typeof ofSource>;

const bucket = named(
  'TrendBucket',
  z.object({
    start: time('Where it begins; it lasts until the next one.'),
    total_runs: count('Runs that began in it.'),
    failed_runs: count('Failed and abandoned ones.'),
    total_records: count('Records read.'),
    median_duration_seconds: numberOrNull('Of completed runs; null without one.'),
  }),
);
export type TrendBucketBody = z.infer<typeof bucket>;

const change = z.object({
  total_records_percent: numberOrNull('Null where the earlier window had none.'),
  failed_runs: z.int().describe('More (or, below zero, fewer) than before.'),
  avg_duration_percent: numberOrNull('Null where either window has no completed run.'),
});

export const performanceShape = named(
  'Performance',
  z.object({
    time_window_hours: count('As asked.'),
    period_start: time('Where the window begins.'),
    period_end: time('Where it ends: now.'),
    summary: summary.describe('All sources.'),
    duration_stats: durations.describe('All sources.'),
    by_source: z.record(z.string(), ofSource).describe('Of each source that had a run.'),
    trend: z.array(bucket).describe('The window in equal parts, oldest first, empty ones among them.'),
    change: change.describe('Against the window of the same length before this one.'),
  }),
);
export type PerformanceBody = z.infer<typeof performanceShape>;

export const emptyPerformance = named(
  'EmptyPerformance',
  z.object({
    time_window_hours: count('As asked.'),
    message: text('That there were no runs.'),
    stats: z.object({}).describe('Nothing.'),
  }),
);
export type EmptyPerformanceBody = z.infer<typeof emptyPerformance>;

export const performanceAnswer = named('PerformanceAnswer', z.union([performanceShape, emptyPerformance]));
