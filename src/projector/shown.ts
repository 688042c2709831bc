import type { Transaction } from '../database/client.ts';

/** What a swap did besides following the log. */
export interface ShownSwap {
  foldDigest: string;
  /** Readings that are shown no more, and those that were not shown before. */
  withdrawn: number;
  introduced: number;
}

/**
 * Says that this transaction is going to raise the version, which takes effect 16 ms later at the earliest: what is
 * done in between is not waited for. docs/decisions/0030.
 */
export async function announceVersion(tx: Transaction): Promise<void> {
  await tx`select control.announce_version()`;
}

/**
 * Notes in the transaction that makes it so which version of the read model is shown from now on, and how far each
 * stream is folded into it: what was shown at a time can then be told for ever. The database's clock, and never before
 * the version before.
 */
export async function noteShown(
  tx: Transaction,
  version: number,
  checkpointSchema: string,
  swap?: ShownSwap,
): Promise<void> {
  await tx`
    insert into control.shown (version, shown_at, checkpoints, fold_digest, withdrawn, introduced)
    select ${version}, greatest(clock_timestamp(), (select max(shown_at) from control.shown)),
      coalesce((select jsonb_object_agg(stream, version) from ${tx(checkpointSchema)}.checkpoint), '{}'),
      ${swap?.foldDigest ?? null}, ${swap?.withdrawn ?? null}, ${swap?.introduced ?? null}`;
}

/** The last version that was ever shown; 0 when none was. */
export async function lastShown(tx: Transaction): Promise<number> {
  const [row] = await tx<
    { version: number }[]
  >`select coalesce(max(version), 0) as version from control.shown`;
  return row?.version ?? 0;
}
