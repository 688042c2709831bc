import type { Queryable } from '../../database/client.ts';
import { piece, rowsOf, type Piece } from './piece.ts';

/** Conditions that all hold; true when there are none. */
export const allOf = ([first = piece`true`, ...others]: readonly Piece[]): Piece =>
  others.reduce((all, condition) => piece`${all} and ${condition}`, first);

/** A condition for each value that was given. */
export const given = <T>(value: T | null | undefined, condition: (value: T) => Piece): Piece[] =>
  value === null || value === undefined ? [] : [condition(value)];

/** How many rows a table has that meet a condition. */
export async function countRows(sql: Queryable, from: Piece, where: Piece): Promise<number> {
  const [row] = await rowsOf<{ count: number }>(
    sql,
    piece`select count(*) as count from ${from} where ${where}`,
  );
  return row?.count ?? 0;
}

/** A pattern that finds the text itself anywhere: what LIKE would read as a wildcard is literal. */
export const containing = (text: string): string => `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
