import type { Queryable } from '../database/client.ts';
import { readLag } from './lag.ts';

// A run that has not ended by then was left by a crash, or is a file that takes all day.
const runMaxMs = 10 * 60_000;

/** True when everything recorded is folded and no run is under way: half a sweep is half the evidence. */
export async function isCalm(sql: Queryable, now: Date): Promise<boolean> {
  if ((await readLag(sql)).events > 0) return false;
  const [running] = await sql`
    select from read.run where status = 'RUNNING' and started_at > ${new Date(now.getTime() - runMaxMs)} limit 1`;
  return running === undefined;
}
