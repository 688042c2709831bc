import type { Queryable } from '../database/client.ts';

export interface RunRow {
  runId: string;
  source: string;
  feed: string;
  status: string;
  unchanged: boolean;
  startedAt: Date;
  endedAt: Date | null;
  durationMs: number | null;
  nextAttemptAt: Date | null;
  pages: number;
  bytes: number;
  attempts: number;
  recordsRead: number;
  accepted: number;
  revised: number;
  rejected: number;
  duplicates: number;
  skipped: number;
  error: { code: string; message: string } | null;
}

const columns = (sql: Queryable) => sql`
  run_id, source, feed, status, unchanged, started_at, ended_at,
  (extract(epoch from ended_at - started_at) * 1000)::bigint as duration_ms, next_attempt_at, pages, bytes, attempts,
  records_read, accepted, revised, rejected, duplicates, skipped,
  case when error_code is not null then jsonb_build_object('code', error_code, 'message', error_message) end as error`;

export async function readRunsById(sql: Queryable, runIds: readonly string[]): Promise<Map<string, RunRow>> {
  const rows = await sql<RunRow[]>`select ${columns(sql)} from read.run where run_id = any(${[...runIds]})`;
  return new Map(rows.map((row) => [row.runId, row]));
}

/** Newest first; by the index on (started_at, run_id). */
export const readNewestRuns = (sql: Queryable, limit: number): Promise<RunRow[]> =>
  sql<RunRow[]>`select ${columns(sql)} from read.run order by started_at desc, run_id desc limit ${limit}`;
