import type { Queryable } from '../database/client.ts';

/** Where a read model stands. */
export interface ReadMark {
  version: number;
  /** The version that the last rebuild was swapped in with: what was folded before it may be other rows since. */
  rebuiltVersion: number;
  /** How far each stream is folded. */
  checkpoints: ReadonlyMap<string, number>;
}

export async function readMark(sql: Queryable): Promise<ReadMark> {
  const rows = await sql<
    { stream: string | null; folded: number | null; version: number; rebuiltVersion: number }[]
  >`
    select m.version, m.rebuilt_version, c.stream, c.version as folded
    from read.read_model m left join read.checkpoint c on true`;
  const checkpoints = rows.flatMap(({ stream, folded }): [string, number][] =>
    stream === null || folded === null ? [] : [[stream, folded]],
  );
  const { version = 0, rebuiltVersion = 0 } = rows[0] ?? {};
  return { version, rebuiltVersion, checkpoints: new Map(checkpoints) };
}
