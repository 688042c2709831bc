import type { Sql } from '../../database/client.ts';
import type { ArchiveStore } from './store.ts';

/** Notes a file before it is stored, or before its segment gets another: so that a kill leaves none behind for ever. */
export async function notePending(sql: Sql, file: string): Promise<void> {
  await sql`insert into control.pending_file (file) values (${file}) on conflict do nothing`;
}

/** Removes what was noted and belongs to no segment. Only for the one who holds the archive's lease. */
export async function sweepPending(sql: Sql, store: ArchiveStore): Promise<void> {
  const orphans = await sql<{ file: string }[]>`
    select file from control.pending_file where file not in (select file from log.segment)`;
  for (const { file } of orphans) await store.remove(file);
  await sql`delete from control.pending_file`;
}
