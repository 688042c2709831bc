import type postgres from 'postgres';
import type { Queryable } from '../../database/client.ts';

/** A piece of a statement. */
export type Fragment = postgres.PendingQuery<postgres.Row[]>;

/** Conditions that all hold; true when there are none. */
export const allOf = (sql: Queryable, conditions: readonly Fragment[]): Fragment =>
  conditions.length === 0 ? sql`true` : conditions.reduce((all, condition) => sql`${all} and ${condition}`);

/** A condition for each value that was given. */
export const given = <T>(value: T | null | undefined, condition: (value: T) => Fragment): Fragment[] =>
  value === null || value === undefined ? [] : [condition(value)];

/** How many rows a table has that meet a condition. */
export async function countRows(sql: Queryable, from: Fragment, where: Fragment): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*) as count from ${from} where ${where}`;
  return row?.count ?? 0;
}

/** A pattern that finds the text itself anywhere: what LIKE would read as a wildcard is literal. */
export const containing = (text: string): string => `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
