import type { Queryable } from '../database/client.ts';
import { isThere } from './is-there.ts';

/** A rebuild or comparison of the read model, under way or ended. */
export interface RebuildRow {
  id: string;
  kind: string;
  reason: string;
  status: 'running' | 'swapped' | 'verified' | 'different' | 'failed';
  /** What it is at. */
  phase: string;
  eventsDone: number;
  eventsTotal: number;
  rows: number;
  differences: number | null;
  error: string | null;
  startedAt: Date;
  endedAt: Date | null;
}

const columns = (sql: Queryable) => sql`
  id, kind, reason, status, phase, events_done, events_total, rows, differences, error, started_at, ended_at`;

export async function readRebuildsById(
  sql: Queryable,
  ids: readonly string[],
): Promise<Map<string, RebuildRow>> {
  const rows = await sql<
    RebuildRow[]
  >`select ${columns(sql)} from control.rebuild where id = any(${[...ids]}::uuid[])`;
  return new Map(rows.map((row) => [row.id, row]));
}

/** The one that began last; null when there was none, or the schema is older than rebuilds on record. */
export async function readNewestRebuild(sql: Queryable): Promise<RebuildRow | null> {
  if (!(await isThere(sql, 'control.rebuild'))) return null;
  const [row] = await sql<
    RebuildRow[]
  >`select ${columns(sql)} from control.rebuild order by started_at desc limit 1`;
  return row ?? null;
}
