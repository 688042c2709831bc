import type { Queryable } from '../database/client.ts';
import { isThere } from './is-there.ts';

export interface SourceState {
  source: string;
  coins: number;
  snapshots: number;
  lastRunId: string | null;
  lastRunStartedAt: Date | null;
  lastSuccessAt: Date | null;
}

/** What the log says of each source; a source never heard of is absent, and all are while there is no read model. */
export async function readSourceStates(sql: Queryable): Promise<Map<string, SourceState>> {
  if (!(await isThere(sql, 'read.source'))) return new Map();
  const rows = await sql<SourceState[]>`
    select source, coins, snapshots, last_run_id, last_run_started_at, last_success_at from read.source`;
  return new Map(rows.map((row) => [row.source, row]));
}
