import type { Sql } from '../database/client.ts';
import { expireStatements } from '../projections/snapshots/expire.ts';

/** Where rows older than every month that is kept lie; a file of deleted rows is written anew, small. */
async function rewrite(sql: Sql, table: string): Promise<void> {
  const connection = await sql.reserve();
  try {
    await connection`set role coinlog_projector`;
    await connection.unsafe(`vacuum (full) ${table}`);
  } finally {
    await connection`reset role`.catch(() => undefined);
    connection.release();
  }
}

/** Takes from a read model that nobody reads yet what is older than the history that is kept; null: nothing is. */
export async function expireBeside(sql: Sql, schema: string, keptFrom: Date | null): Promise<void> {
  if (keptFrom === null) return;
  const gone = await sql.begin(async (tx) => {
    await tx`set local role coinlog_projector`;
    await tx.unsafe(`set local search_path = ${schema}, pg_temp`);
    let rows = 0;
    for (const statement of expireStatements) rows += (await tx.unsafe(statement, [keptFrom])).count;
    return rows;
  });
  if (gone > 0) await rewrite(sql, `${schema}.snapshot_default`);
}
