import type { Queryable } from '../../src/database/client.ts';

/** Raises the version of the read model as the projector does, though nothing has changed; returns it. */
export async function raiseVersion(sql: Queryable): Promise<number> {
  const [row] = await sql<{ version: string }[]>`
    with raised as (update read.read_model set version = version + 1 returning version)
    insert into control.shown (version, shown_at, checkpoints)
    select raised.version, clock_timestamp(), last.checkpoints
    from raised, (select checkpoints from control.shown order by version desc limit 1) last
    returning version`;
  if (!row) throw new Error('there is no read model whose version could be raised');
  return Number(row.version);
}
