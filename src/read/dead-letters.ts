import type { Queryable } from '../database/client.ts';

/** An event that no fold can read. */
export interface DeadLetter {
  stream: string;
  version: number;
  reason: string;
}

export const readDeadLetters = (sql: Queryable, limit: number): Promise<DeadLetter[]> =>
  sql<
    DeadLetter[]
  >`select stream, version, reason from read.dead_letter order by stream, version limit ${limit}`;
