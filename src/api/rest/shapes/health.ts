import { z } from 'zod';
import { count, countOrNull, named, number, numberOrNull, text, time } from './named.ts';
import { lastRun } from './runs.ts';

export const health = named(
  'Health',
  z.object({
    status: z
      .enum(['healthy', 'degraded', 'unhealthy'])
      .describe('degraded: the latest run failed; unhealthy: the database cannot be reached.'),
    timestamp: time('Now.'),
    database_connected: z.boolean().describe('It answered.'),
    etl_last_run: lastRun.nullable().describe('Null while there is none, or it cannot be read.'),
    version: text('Of the program.'),
  }),
);
export type HealthBody = z.infer<typeof health>;

const recent = z.object({
  recent_runs_24h: count('Runs that began in the last 24 hours.'),
  successful_runs_24h: count('Completed ones.'),
  failed_runs_24h: count('Failed and abandoned ones.'),
  success_rate_24h: number('Completed of all, from 0 to 1.'),
  avg_duration_seconds: numberOrNull('Of completed runs.'),
  total_records_processed_24h: count('Records read.'),
});
const noRecent = z.object({
  recent_runs_24h: z.literal(0).describe('None.'),
  message: text('Why there is nothing.'),
});
export type RecentStats = z.infer<typeof recent> | z.infer<typeof noRecent>;

export const healthDetailed = named(
  'HealthDetailed',
  z.object({
    basic_health: health,
    database_stats: z
      .object({
        normalized_records: countOrNull('Rows of the history.'),
        checkpoints: countOrNull('Streams that have been folded.'),
      })
      .catchall(countOrNull('`raw_<source>_records`: records that the runs of that source have read.'))
      .describe('Null while the database is away.'),
    etl_stats: z.union([recent, noRecent]).describe('Of the last 24 hours.'),
    system_info: z
      .object({
        timestamp: time('Now.'),
        timezone: text('Always UTC.'),
        started_at: time('When this process began to serve.'),
      })
      .describe('Of this process.'),
  }),
);
export type HealthDetailedBody = z.infer<typeof healthDetailed>;
