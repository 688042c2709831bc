import { getTableConfig } from '../drizzle.ts';
import type { Queryable } from '../database/client.ts';
import { blockLease } from '../database/lease.ts';
import { CoinlogError } from '../errors.ts';
import { comparedTables } from '../projections/read-model.ts';
import { keyColumns, tableName, type ReadTable } from '../projections/read-table.ts';
import { madeByOf, readDecisions } from './decisions.ts';
import { createIdentityMemory } from './identity-memory.ts';
import { projectorLease } from './leases.ts';
import { asOnlyRebuild } from './only-rebuild.ts';
import type { RebuildRecord } from './rebuild-record.ts';
import { foldAll, foldOn, type Beside, type RebuildDeps } from './rebuild.ts';
import { createReadModelBeside, dropReadModel, readCheckpoints, readModelState } from './schema.ts';

export interface Difference {
  table: string;
  key: Record<string, unknown>;
  /** The row as it is served, or null where there is none. */
  live: Record<string, unknown> | null;
  /** The row as a fresh fold makes it. */
  rebuilt: Record<string, unknown> | null;
}

export interface ReadModelVerification {
  events: number;
  snapshots: number;
  durationMs: number;
  differences: { count: number; first: Difference[] };
}

const schema = 'read_verify';
const differencesShown = 5;

type DifferenceRow = Omit<Difference, 'table'> & { total: number };

/** Rows of one table that are not the same in both read models, by key. */
async function compareTable(
  sql: Queryable,
  readTable: ReadTable,
): Promise<{ count: number; first: Difference[] }> {
  const table = tableName(readTable);
  const keys = keyColumns(readTable);
  const names = getTableConfig(readTable.table)
    .columns.map((column) => column.name)
    .filter((name) => !readTable.uncompared?.includes(name));
  const row = (side: string) => `(${names.map((name) => `${side}.${name}`).join(', ')})`;
  const keyObject = keys.map((key) => `'${key}', coalesce(live.${key}, fresh.${key})`).join(', ');
  const rows = await sql.unsafe<DifferenceRow[]>(`
    select jsonb_build_object(${keyObject}) as key, count(*) over () as total,
      case when live.${keys[0]} is null then null else to_jsonb(live) end as live,
      case when fresh.${keys[0]} is null then null else to_jsonb(fresh) end as rebuilt
    from read.${table} live full join ${schema}.${table} fresh using (${keys.join(', ')})
    where live.${keys[0]} is null or fresh.${keys[0]} is null or ${row('live')} is distinct from ${row('fresh')}
    limit ${differencesShown}`);
  return {
    count: rows[0]?.total ?? 0,
    first: rows.map(({ key, live, rebuilt }) => ({ table, key, live, rebuilt })),
  };
}

/** Folds the log afresh, to exactly where the live read model is, and compares every table row by row. */
export function verifyReadModel(deps: RebuildDeps): Promise<ReadModelVerification> {
  return asOnlyRebuild(
    deps,
    'verify',
    (record) => foldAndCompare(deps, record),
    ({ differences: { count } }) => ({
      status: count === 0 ? 'verified' : 'different',
      differences: count,
    }),
  );
}

async function foldAndCompare(deps: RebuildDeps, record: RebuildRecord): Promise<ReadModelVerification> {
  const { sql, now } = deps;
  const startedAt = performance.now();
  if ((await readModelState(sql, 'read')) === null)
    throw new CoinlogError(
      'READ_MODEL_MISSING',
      'There is no read model to verify yet: run "coinlog project" first.',
    );
  const decisions = await readDecisions(sql, deps.codeDigest);
  try {
    const madeBy = madeByOf(deps.codeDigest, decisions);
    await createReadModelBeside(sql, schema, madeBy, now());
    const identity = createIdentityMemory(deps);
    const beside: Beside = { schema, decisions, onDead: 'put aside', identity, isRead: false };
    let events = await foldAll(deps, beside, await readCheckpoints(sql, 'read'), record);
    // The writer waits from here, so that both sides stand at the same events while they are compared.
    const differences = await sql.begin(async (tx) => {
      await blockLease(tx, projectorLease);
      events += await foldOn(deps, beside, await readCheckpoints(tx, 'read'), record);
      record.report({ phase: 'comparing' });
      return compareTables(tx);
    });
    const [rows] = await sql<{ snapshots: number }[]>`select count(*) as snapshots from read_verify.snapshot`;
    const durationMs = Math.round(performance.now() - startedAt);
    return { events, snapshots: rows?.snapshots ?? 0, durationMs, differences };
  } finally {
    await dropReadModel(sql, schema);
  }
}

async function compareTables(sql: Queryable): Promise<ReadModelVerification['differences']> {
  const found = { count: 0, first: [] as Difference[] };
  for (const readTable of comparedTables) {
    const { count, first } = await compareTable(sql, readTable);
    found.count += count;
    found.first = [...found.first, ...first].slice(0, differencesShown);
  }
  return found;
}
