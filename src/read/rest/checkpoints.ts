import type { Queryable } from '../../database/client.ts';

/** How many streams have been folded at all. */
export async function countCheckpoints(sql: Queryable): Promise<number> {
  const [row] = await sql<{ checkpoints: number }[]>`select count(*) as checkpoints from read.checkpoint`;
  return row?.checkpoints ?? 0;
}
