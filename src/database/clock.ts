import type { Queryable } from './client.ts';

/** The database's clock, read once and carried on by ours: the same for all processes, however their own ones differ. */
export async function databaseClock(sql: Queryable, now: () => Date): Promise<() => Date> {
  const askedAt = now().getTime();
  const [row] = await sql<{ at: Date }[]>`select clock_timestamp() as at`;
  const answeredAt = now().getTime();
  const aheadMs = (row?.at.getTime() ?? answeredAt) - (askedAt + answeredAt) / 2;
  return () => new Date(now().getTime() + aheadMs);
}
