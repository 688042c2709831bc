import { getTableConfig } from '../../drizzle.ts';
import { columnList, setExcluded } from '../sql-text.ts';
import { run } from './tables.ts';

const columns = getTableConfig(run).columns.map((column) => ({
  name: column.name,
  type: column.getSQLType(),
}));
const names = columns.map(({ name }) => name);

/** $1: the run ids. The states that a batch goes on from. */
export const readRuns = `select ${columnList(names)} from run where run_id = any($1)`;

/** $1: the states as a JSON list with column names as keys. */
export const writeRuns = `
  insert into run (${columnList(names)})
  select ${columnList(names)}
  from jsonb_to_recordset($1::text::jsonb) as state (${columns.map(({ name, type }) => `${name} ${type}`).join(', ')})
  on conflict (run_id) do update set ${setExcluded(names)}`;
