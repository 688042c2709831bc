import type { Queryable } from '../../database/client.ts';
import { impossibleText } from './coin-filter.ts';
import { restStatus, statesIn, type RestStatus } from './run-status.ts';

export interface ListedRun {
  runId: string;
  source: string;
  status: RestStatus;
  startedAt: Date;
  /** Null while the run goes on, or waits to go on. */
  endedAt: Date | null;
  recordsRead: number;
  accepted: number;
  revised: number;
  rejected: number;
  errorMessage: string | null;
}

export interface RunFilter {
  source?: string | null;
  status?: RestStatus | null;
  limit: number;
}

type Row = Omit<ListedRun, 'status'> & { status: string };

const asListed = (row: Row): ListedRun => {
  const status = restStatus(row.status);
  return { ...row, status, endedAt: status === 'running' ? null : row.endedAt };
};

const columns = (sql: Queryable) => sql`
  run_id, source, status, started_at, ended_at, records_read, accepted, revised, rejected, error_message`;

/**
 * Runs, the newest start first. Walks `(started_at desc, run_id desc)`, or the index that begins with the source, and
 * ends at the limit; a status is checked on the way.
 */
export async function listRuns(
  sql: Queryable,
  { source = null, status = null, limit }: RunFilter,
): Promise<ListedRun[]> {
  if (impossibleText(source)) return [];
  const rows = await sql<Row[]>`
    select ${columns(sql)} from read.run
    where ${source === null ? sql`true` : sql`source = ${source}`}
      and ${status === null ? sql`true` : sql`status = any(${statesIn(status)})`}
    order by started_at desc, run_id desc
    limit ${limit}`;
  return rows.map(asListed);
}

/** Runs by their ids. */
export async function listRunsById(
  sql: Queryable,
  runIds: readonly string[],
): Promise<Map<string, ListedRun>> {
  const rows = await sql<Row[]>`select ${columns(sql)} from read.run where run_id = any(${[...runIds]})`;
  return new Map(rows.map((row) => [row.runId, asListed(row)]));
}
