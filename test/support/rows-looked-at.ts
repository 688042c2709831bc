import type { Sql } from '../../src/database/client.ts';

/** A statement as the driver's `debug` tells of it. */
export interface Asked {
  query: string;
  parameters: unknown[];
}

interface Plan {
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  Plans?: Plan[];
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const literal = (value: unknown): string =>
  quoted(Array.isArray(value) ? `{${value.map((each) => JSON.stringify(each)).join()}}` : String(value));

const countRows = (plan: Plan): number =>
  (plan['Relation Name'] === undefined ? 0 : plan['Actual Rows'] * plan['Actual Loops']) +
  (plan.Plans ?? []).reduce((sum, inner) => sum + countRows(inner), 0);

/** Runs a statement once more, and tells how many rows of tables it looked at. `sql`: of one connection; its plans are those told of. */
export async function rowsLookedAt(sql: Sql, asked: Asked | null): Promise<number> {
  if (asked === null) throw new Error('nothing was asked');
  const { query, parameters } = asked;
  await sql.unsafe(`prepare asked as ${query}`);
  const given = parameters.length === 0 ? '' : `(${parameters.map(literal).join()})`;
  const [row] = await sql.unsafe<{ 'QUERY PLAN': [{ Plan: Plan }] }[]>(
    `explain (analyze, format json) execute asked${given}`,
  );
  await sql`deallocate asked`;
  return row === undefined ? 0 : countRows(row['QUERY PLAN'][0].Plan);
}
