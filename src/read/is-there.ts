import type { Queryable } from '../database/client.ts';

/** Whether a table is there yet: the read model is made by the first projector, and anew by one with other folds. */
export async function isThere(sql: Queryable, table: string): Promise<boolean> {
  const [row] = await sql<{ there: boolean }[]>`select to_regclass(${table}) is not null as there`;
  return row?.there === true;
}
