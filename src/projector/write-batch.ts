import type { Sql, Transaction } from '../database/client.ts';
import { lockLease, type LeaseRequest } from '../database/lease.ts';
import type { GatheredCoins } from '../projections/coins/gathered.ts';
import { createStaging } from '../projections/records/staged.ts';
import { effectsOf, type BatchEffects } from './batch-effects.ts';
import type { Decisions } from './decisions.ts';
import type { FoldedEvent } from './fold-event.ts';
import type { IdentityMemory } from './identity-memory.ts';
import { announceVersion, noteShown } from './shown.ts';
import { writeAnomalies } from './write-anomalies.ts';
import { writeAside } from './write-aside.ts';
import { writeDecisions } from './write-decisions.ts';
import { writeDrifts } from './write-drift.ts';
import { CopyFailed } from './copy-rows.ts';
import { writeCoins } from './write-coins.ts';
import { writeIdentity } from './write-identity.ts';
import { writeListingRows } from './write-listings.ts';
import { writeRecords, type CopyWay } from './write-records.ts';
import { readRunStates, writeRunStates } from './write-runs.ts';
import { writeSweeps } from './write-sweeps.ts';

/** Which read model to write to, and by what right. */
export interface WriteTarget {
  schema: string;
  /** Null for a schema that nobody else knows of. */
  lease: LeaseRequest | null;
  decisions: Decisions;
  /** What becomes of an event that no fold can read: it is put aside and the rest goes on, or everything stops there. */
  onDead: 'put aside' | 'stop';
  /** Takes who the coins are, for `writeSummaries`; null: all that follows from a batch is written with it. */
  gathered: GatheredCoins | null;
  /** What has been decided on identity, between batches. */
  identity: IdentityMemory;
}

export type WriteResult =
  | { kind: 'written'; version: number; effects: BatchEffects }
  /** Nothing was written: another process is the writer now, or was faster. */
  | { kind: 'not_ours'; reason: string };

class NotOurs extends Error {}

/** Moves each stream's checkpoint from just before the batch's first event to its last; refuses any other start. */
async function moveCheckpoints(tx: Transaction, batch: readonly FoldedEvent[]): Promise<void> {
  const spans = new Map<string, { first: number; last: number }>();
  for (const { event } of batch) {
    const span = spans.get(event.stream);
    if (span && event.version !== span.last + 1)
      throw new RangeError(`${event.stream} ${span.last + 1} is missing from a batch`);
    spans.set(event.stream, { first: span?.first ?? event.version, last: event.version });
  }
  for (const [stream, { first, last }] of spans) {
    const moved =
      first === 1
        ? await tx`insert into checkpoint (stream, version) values (${stream}, ${last}) on conflict do nothing returning 1`
        : await tx`update checkpoint set version = ${last} where stream = ${stream} and version = ${first - 1} returning 1`;
    if (moved.length === 0) throw new NotOurs(`${stream} is no longer at version ${first - 1}`);
  }
}

/**
 * Writes one batch, its checkpoints and the raised version in one transaction; the version is raised last. Exactly
 * once: a batch that was written already moves no checkpoint and is refused whole.
 */
export async function writeBatch(
  sql: Sql,
  target: WriteTarget,
  batch: readonly FoldedEvent[],
): Promise<WriteResult> {
  try {
    return await writeStaging(sql, target, batch, 'copy');
  } catch (error) {
    // Once more the slow way, which tells why: whether the rows are wrong or the database is in trouble.
    if (error instanceof CopyFailed) return writeStaging(sql, target, batch, 'insert');
    throw error;
  }
}

const hasQuotes = (folded: FoldedEvent): boolean =>
  folded.kind === 'folded' && folded.records !== null && folded.records.rows > 0;

function gather(gathered: GatheredCoins | null, batch: readonly FoldedEvent[]): void {
  if (gathered === null) return;
  for (const folded of batch)
    if (folded.kind === 'folded' && folded.records && folded.source !== null)
      gathered.take(folded.event, folded.source, folded.records.described);
}

async function writeStaging(
  sql: Sql,
  target: WriteTarget,
  batch: readonly FoldedEvent[],
  way: CopyWay,
): Promise<WriteResult> {
  try {
    const written = await sql.begin(async (tx) => {
      if (target.lease && !(await lockLease(tx, target.lease)))
        throw new NotOurs('another process has the lease');
      await tx`set local role coinlog_projector`;
      // First of all: the rest of a commit of four events takes some 40 ms, more than what it has to be ahead.
      if (target.lease) await announceVersion(tx);
      // The memory is for the sorts of a large commit, which went through files otherwise.
      await tx.unsafe(`set local search_path = ${target.schema}, pg_temp; set local work_mem = '64MB'`);
      // What a crash takes of it is thrown away anyway; the swap's own commit makes it all durable.
      if (target.lease === null) await tx`set local synchronous_commit = off`;
      const [model] = await tx<{ foldDigest: string }[]>`select fold_digest from read_model for update`;
      if (model?.foldDigest !== target.decisions.foldDigest)
        throw new NotOurs('the read model was made by other folds');
      await moveCheckpoints(tx, batch);
      await tx.unsafe(createStaging);
      const identity = await writeIdentity(tx, batch, {
        memory: target.identity,
        skipped: target.decisions.skipped,
      });
      const states = await readRunStates(tx, batch);
      const quoted = await writeRecords(tx, batch, { isGathered: target.gathered !== null, way });
      const outcomes = await writeListingRows(tx, batch, quoted);
      if (target.gathered === null && (identity || batch.some(hasQuotes))) await writeCoins(tx);
      const effects = await writeRunStates(tx, batch, states, outcomes);
      await writeAside(tx, batch);
      await writeDrifts(tx, batch);
      await writeSweeps(tx, batch);
      await writeDecisions(tx, batch);
      await writeAnomalies(tx, batch);
      const [raised] = await tx<{ version: number }[]>`
        update read_model set version = version + 1 returning version`;
      if (target.lease) {
        await noteShown(tx, raised?.version ?? 0, target.schema);
        await tx`select pg_notify('coinlog_read', '')`;
      }
      return { version: raised?.version ?? 0, effects: effectsOf(effects), identity };
    });
    if (written.identity) target.identity.put(written.identity);
    gather(target.gathered, batch);
    return { kind: 'written', version: written.version, effects: written.effects };
  } catch (error) {
    if (error instanceof NotOurs) return { kind: 'not_ours', reason: error.message };
    throw error;
  }
}
