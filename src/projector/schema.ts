import type { Queryable, Sql, Transaction } from '../database/client.ts';
import { lockLease, type LeaseRequest } from '../database/lease.ts';
import { publicViewNames, publicViews } from '../projections/public-views.ts';
import { allTables } from '../projections/read-model.ts';
import {
  createIndexStatements,
  createPartitionStatement,
  createStatements,
  type ReadTable,
} from '../projections/read-table.ts';
import type { Checkpoints } from './batch.ts';
import { lastShown, noteShown } from './shown.ts';

/** What made a read model. */
export interface MadeBy {
  foldDigest: string;
  codeDigest: string;
  /** Null: everything ever observed. */
  historyFrom: Date | null;
}

export interface ReadModelState extends MadeBy {
  version: number;
}

/** The state of a read model, or null where the schema does not exist. */
export async function readModelState(sql: Queryable, schema: string): Promise<ReadModelState | null> {
  const [there] = await sql<
    { there: boolean }[]
  >`select to_regclass(${`${schema}.read_model`}) is not null as there`;
  if (!there?.there) return null;
  // Every column there is: one that an older coinlog made may have fewer.
  const [state] = await sql<ReadModelState[]>`select * from ${sql(schema)}.read_model`;
  return state ?? null;
}

export async function readCheckpoints(sql: Queryable, schema: string): Promise<Checkpoints> {
  const rows = await sql<
    { stream: string; version: number }[]
  >`select stream, version from ${sql(schema)}.checkpoint`;
  return new Map(rows.map((row) => [row.stream, row.version]));
}

// This month and the two after it are made ahead; what is older than the log lies in the default partition.
const monthsAhead = 2;
const monthsBackMax = 240;

/** The months from one time on until those that are made ahead of another. */
function monthsBetween(from: Date, now: Date): Date[] {
  const monthOf = (time: Date): number => time.getUTCFullYear() * 12 + time.getUTCMonth();
  const first = Math.max(monthOf(from), monthOf(now) - monthsBackMax);
  const last = monthOf(now) + monthsAhead;
  return Array.from(
    { length: Math.max(0, last - first + 1) },
    (_, index) => new Date(Date.UTC(1970, first + index - 1970 * 12, 1)),
  );
}

function partitionStatements(schema: string, from: Date, now: Date): string[] {
  const months = monthsBetween(from, now);
  return allTables
    .filter(({ partitionedBy }) => partitionedBy !== undefined)
    .flatMap((readTable) => months.map((month) => createPartitionStatement(schema, readTable, month)));
}

const checkViolation = '23514';

/**
 * Makes the partitions of the months to come; cheap when they are there. A month that has rows in the default
 * partition already (a worker was away while it began) stays there until a rebuild.
 */
export async function keepPartitionsAhead(sql: Sql, schema: string, now: Date): Promise<void> {
  for (const statement of partitionStatements(schema, now, now))
    await sql
      .begin(async (tx) => {
        await tx`set local role coinlog_projector`;
        await tx.unsafe(statement);
      })
      .catch((error: unknown) => {
        const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
        if (code !== checkViolation) throw error;
      });
}

export async function pointPublicViews(tx: Transaction, schema: string): Promise<void> {
  for (const view of publicViews(schema)) await tx.unsafe(view);
  for (const name of publicViewNames) await tx`grant select on ${tx(`public.${name}`)} to coinlog_app`;
}

/** When the log's first event was recorded, as far as rows and segments tell; now where there is none. */
async function logBegan(sql: Queryable, now: Date): Promise<Date> {
  const [row] = await sql<{ began: Date | null }[]>`
    select least((select min(recorded_at) from log.event where version = 1),
      (select min(last_recorded_at) from log.segment)) as began`;
  return row?.began ?? now;
}

async function makeReadModel(tx: Transaction, schema: string, madeBy: MadeBy, now: Date): Promise<void> {
  await tx`create schema ${tx(schema)}`;
  for (const readTable of allTables)
    for (const statement of createStatements(schema, readTable)) await tx.unsafe(statement);
  const began = await logBegan(tx, now);
  // What is older goes from the default partition, which is then small.
  const from = madeBy.historyFrom !== null && madeBy.historyFrom > began ? madeBy.historyFrom : began;
  for (const statement of partitionStatements(schema, from, now)) await tx.unsafe(statement);
  await tx`
    insert into ${tx(schema)}.read_model (one, version, fold_digest, code_digest, rebuilt_at, rebuilt_version, history_from)
    values (true, 0, ${madeBy.foldDigest}, ${madeBy.codeDigest}, ${now}, 0, ${madeBy.historyFrom})`;
  await tx`grant usage on schema ${tx(schema)} to coinlog_app`;
  await tx`grant select on all tables in schema ${tx(schema)} to coinlog_app`;
}

/** Makes an empty read model beside the live one, without indexes. What was there under that name goes first. */
export async function createReadModelBeside(
  sql: Sql,
  schema: string,
  madeBy: MadeBy,
  now: Date,
): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`set local role coinlog_projector`;
    await tx`drop schema if exists ${tx(schema)} cascade`;
    await makeReadModel(tx, schema, madeBy, now);
  });
}

/** Makes the indexes that reading some tables wants; a read model that is only compared does without. */
export async function createReadIndexes(
  sql: Sql,
  schema: string,
  tables: readonly ReadTable[],
): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`set local role coinlog_projector`;
    await makeIndexes(tx, schema, tables);
  });
}

async function makeIndexes(tx: Transaction, schema: string, tables: readonly ReadTable[]): Promise<void> {
  for (const readTable of tables)
    for (const statement of createIndexStatements(schema, readTable)) await tx.unsafe(statement);
}

/**
 * Makes the live read model where there is none. Under the writer's lease, so that a process that was asleep in
 * between never makes it a second time.
 */
export async function createLiveReadModel(
  sql: Sql,
  lease: LeaseRequest,
  madeBy: MadeBy,
  now: Date,
): Promise<void> {
  await sql.begin(async (tx) => {
    if (!(await lockLease(tx, lease)) || (await readModelState(tx, 'read')) !== null) return;
    await tx`set local role coinlog_projector`;
    await makeReadModel(tx, 'read', madeBy, now);
    const version = (await lastShown(tx)) + 1;
    await tx`update read.read_model set version = ${version}, rebuilt_version = ${version}`;
    await noteShown(tx, version, 'read', { foldDigest: madeBy.foldDigest, withdrawn: 0, introduced: 0 });
    await makeIndexes(tx, 'read', allTables);
    await pointPublicViews(tx, 'read');
  });
}

export async function dropReadModel(sql: Sql, schema: string): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`set local role coinlog_projector`;
    await tx`drop schema if exists ${tx(schema)} cascade`;
  });
}
