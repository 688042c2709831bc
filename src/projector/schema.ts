import type { Queryable, Sql, Transaction } from '../database/client.ts';
import { publicViewNames, publicViews } from '../projections/public-views.ts';
import { allTables } from '../projections/read-model.ts';
import { createPartitionStatement, createStatements } from '../projections/read-table.ts';
import type { Checkpoints } from './batch.ts';

export interface ReadModelState {
  version: number;
  foldDigest: string;
}

/** The state of a read model, or null where the schema does not exist. */
export async function readModelState(sql: Queryable, schema: string): Promise<ReadModelState | null> {
  const [there] = await sql<
    { there: boolean }[]
  >`select to_regclass(${`${schema}.read_model`}) is not null as there`;
  if (!there?.there) return null;
  const [state] = await sql<ReadModelState[]>`select version, fold_digest from ${sql(schema)}.read_model`;
  return state ?? null;
}

export async function readCheckpoints(sql: Queryable, schema: string): Promise<Checkpoints> {
  const rows = await sql<
    { stream: string; version: number }[]
  >`select stream, version from ${sql(schema)}.checkpoint`;
  return new Map(rows.map((row) => [row.stream, row.version]));
}

// This month and the two after it are made ahead; older observations lie in the default partition.
const monthsAhead = 3;

async function createPartitions(tx: Transaction, schema: string, now: Date): Promise<void> {
  for (const readTable of allTables)
    if (readTable.partitionedBy)
      for (let ahead = 0; ahead < monthsAhead; ahead += 1) {
        const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1));
        await tx.unsafe(createPartitionStatement(schema, readTable, month));
      }
}

/** Makes the partitions of the months to come; cheap when they are there. */
export async function keepPartitionsAhead(sql: Sql, schema: string, now: Date): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`set local role coinlog_projector`;
    await createPartitions(tx, schema, now);
  });
}

export async function pointPublicViews(tx: Transaction, schema: string): Promise<void> {
  for (const view of publicViews(schema)) await tx.unsafe(view);
  for (const name of publicViewNames) await tx`grant select on ${tx(`public.${name}`)} to coinlog_app`;
}

/** Makes an empty read model in a schema of its own. What was there under that name goes first. */
export async function createReadModel(
  sql: Sql,
  schema: string,
  foldDigest: string,
  now: Date,
): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`set local role coinlog_projector`;
    await tx`drop schema if exists ${tx(schema)} cascade`;
    await tx`create schema ${tx(schema)}`;
    for (const readTable of allTables)
      for (const statement of createStatements(schema, readTable)) await tx.unsafe(statement);
    await createPartitions(tx, schema, now);
    await tx`
      insert into ${tx(schema)}.read_model (one, version, fold_digest, rebuilt_at, format_version)
      values (true, 0, ${foldDigest}, ${now}, 1)`;
    await tx`grant usage on schema ${tx(schema)} to coinlog_app`;
    await tx`grant select on all tables in schema ${tx(schema)} to coinlog_app`;
    if (schema === 'read') await pointPublicViews(tx, schema);
  });
}

export async function dropReadModel(sql: Sql, schema: string): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`set local role coinlog_projector`;
    await tx`drop schema if exists ${tx(schema)} cascade`;
  });
}
