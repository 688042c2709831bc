import { getTableConfig, type PgTable } from '../drizzle.ts';

/** A table of the read model: its columns in drizzle, and what drizzle cannot say. */
export interface ReadTable {
  table: PgTable;
  /** A timestamp column; the table is then partitioned by month, with a default partition. */
  partitionedBy?: string;
  /** What follows `create index on <table>`. */
  indexes: readonly string[];
  /** The same of those that writing looks rows up by: there from the beginning, also where nobody reads. */
  writeIndexes?: readonly string[];
  /** Columns that a rebuild need not reproduce. */
  uncompared?: readonly string[];
}

export const tableName = ({ table }: ReadTable): string => getTableConfig(table).name;

/** The columns of a table's primary key: how two read models are compared. */
export function keyColumns({ table }: ReadTable): string[] {
  const { columns, primaryKeys } = getTableConfig(table);
  const composite = primaryKeys[0]?.columns.map((column) => column.name);
  return composite ?? columns.filter((column) => column.primary).map((column) => column.name);
}

/**
 * The statements that make a table in any schema, with what writing needs of indexes. The read model is made and thrown away by the projector, under two
 * names; a migration could do neither.
 */
export function createStatements(schema: string, readTable: ReadTable): string[] {
  const { name, columns } = getTableConfig(readTable.table);
  const qualified = `${schema}.${name}`;
  const definitions = columns.map(
    (column) => `${column.name} ${column.getSQLType()}${column.notNull ? ' not null' : ''}`,
  );
  definitions.push(`primary key (${keyColumns(readTable).join(', ')})`);
  const partitioning = readTable.partitionedBy ? ` partition by range (${readTable.partitionedBy})` : '';
  return [
    `create table ${qualified} (${definitions.join(', ')})${partitioning}`,
    ...(partitioning ? [`create table ${qualified}_default partition of ${qualified} default`] : []),
    ...(readTable.writeIndexes ?? []).map((index) => `create index on ${qualified} ${index}`),
  ];
}

/** The statements that make its further indexes: apart, since a table is filled faster without them. */
export const createIndexStatements = (schema: string, readTable: ReadTable): string[] =>
  readTable.indexes.map((index) => `create index on ${schema}.${tableName(readTable)} ${index}`);

/** The statement that makes the partition of one month. `month` is any moment in it, UTC. */
export function createPartitionStatement(schema: string, readTable: ReadTable, month: Date): string {
  const name = tableName(readTable);
  const from = new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth(), 1));
  const to = new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1, 1));
  const suffix = from.toISOString().slice(0, 7).replace('-', '_');
  return `create table if not exists ${schema}.${name}_${suffix} partition of ${schema}.${name}
    for values from ('${from.toISOString()}') to ('${to.toISOString()}')`;
}
