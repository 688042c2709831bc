import type { Queryable } from '../../database/client.ts';

/** How many rows of the history each source has; a source without any is left out. A handful of rows are read. */
export async function readRecordsBySource(sql: Queryable): Promise<Map<string, number>> {
  const rows = await sql<{ source: string; snapshots: number }[]>`
    select source, snapshots from read.source where snapshots > 0 order by source`;
  return new Map(rows.map(({ source, snapshots }) => [source, snapshots]));
}
