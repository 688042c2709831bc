import type { Queryable } from '../database/client.ts';

/** What tells this log from another one that began anew: versions start over with it. Empty while the log is. */
export async function readLogEpoch(sql: Queryable): Promise<string> {
  const [row] = await sql<{ epoch: string | null }[]>`
    select metadata->>'epoch' as epoch from log.event where stream = 'operator' and type = 'log.opened'`;
  return row?.epoch ?? '';
}
