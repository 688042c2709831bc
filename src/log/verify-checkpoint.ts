import type { Sql } from '../database/client.ts';
import type { ChainPosition } from './stored-event.ts';

/** How far a stream was found good, and when. */
export interface VerifyCheckpoint extends ChainPosition {
  verifiedAt: Date;
}

export async function readVerifyCheckpoints(sql: Sql): Promise<Map<string, VerifyCheckpoint>> {
  const rows = await sql<(VerifyCheckpoint & { stream: string })[]>`
    select stream, version, chain_hash, verified_at from control.verify_checkpoint`;
  return new Map(rows.map(({ stream, ...checkpoint }) => [stream, checkpoint]));
}

/** Keeps where a good verification ended, so that a quick one can start there. */
export async function writeVerifyCheckpoints(
  sql: Sql,
  heads: ReadonlyMap<string, ChainPosition>,
  verifiedAt: Date,
): Promise<void> {
  for (const [stream, { version, chainHash }] of heads)
    await sql`
      insert into control.verify_checkpoint (stream, version, chain_hash, verified_at)
      values (${stream}, ${version}, ${Buffer.from(chainHash)}, ${verifiedAt})
      on conflict (stream) do update
      set version = excluded.version, chain_hash = excluded.chain_hash, verified_at = excluded.verified_at`;
}
