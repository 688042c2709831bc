import type { Sql } from '../database/client.ts';
import { CoinlogError, messageOf } from '../errors.ts';
import type { Archive } from './archive/archive.ts';
import { genesis } from './chain.ts';
import { findStrayEvent, findWrongKey } from './consistency.ts';
import type { ExportedHeads } from './heads-file.ts';
import { checkDecided, operatorStream, readRedactions } from './redactions.ts';
import { createChainCheck, type ChainPosition } from './stored-event.ts';
import { storedEvents } from './stored-events.ts';
import { readVerifyCheckpoints, type VerifyCheckpoint } from './verify-checkpoint.ts';

export interface FirstBad {
  stream: string;
  version: number;
  reason: string;
}

export interface VerifyResult {
  ok: boolean;
  /** Events found good. */
  events: number;
  firstBad: FirstBad | null;
  /** What an earlier verification had found good, and this one did not look at again. */
  skipped: { events: number; streams: Record<string, { upTo: number; verifiedAt: Date }> };
  /** Where each stream's chain stood. */
  heads: ReadonlyMap<string, ChainPosition>;
}

export interface VerifyOptions {
  archive: Archive;
  /** Only this stream. */
  stream?: string;
  /** Start where the last good verification ended. */
  sinceCheckpoint?: boolean;
  /** Heads exported earlier, which the streams must still pass through. */
  against?: ExportedHeads;
  onProgress?: (progress: { events: number; total: number }) => void;
  /** Ends it early with an error. */
  signal?: AbortSignal;
}

/** A place that the chain is known to have passed through, and how that is known. */
type Known = ChainPosition & { from: string };

interface StreamTask {
  stream: string;
  head: ChainPosition;
  start: ChainPosition;
  known: Known[];
}

interface Verification {
  sql: Sql;
  archive: Archive;
  redactions: Set<string>;
  onEvents: (count: number) => void;
}

const archiveTrouble = new Set(['ARCHIVE_FILE_MISSING', 'LOG_DAMAGED']);
const sameHash = (a: Uint8Array, b: Uint8Array): boolean => Buffer.from(a).equals(b);

/** Follows the chain from where it starts to the head; what is wrong, and where, or null. */
async function verifyChain(
  { sql, archive, redactions, onEvents }: Verification,
  { stream, head, start, known }: StreamTask,
): Promise<FirstBad | null> {
  const chain = createChainCheck(start, redactions);
  const range = { stream, after: start.version, to: head.version };
  try {
    for await (const batch of storedEvents(sql, archive, range)) {
      for (const event of batch) {
        const reason = await checkDecided(sql, chain, event, redactions);
        if (reason) return { stream, version: event.version, reason };
        const other = known.find(
          (k) => k.version === event.version && !sameHash(k.chainHash, event.chainHash),
        );
        if (other) return { stream, version: event.version, reason: `its hash is not that of ${other.from}` };
      }
      onEvents(batch.length);
    }
  } catch (error) {
    if (!(error instanceof CoinlogError) || !archiveTrouble.has(error.code)) throw error;
    return { stream, version: chain.position.version + 1, reason: messageOf(error).replace(/\.$/, '') };
  }
  const { version, chainHash } = chain.position;
  if (version < head.version)
    return { stream, version: version + 1, reason: `it is missing: the stream's head is ${head.version}` };
  if (!sameHash(chainHash, head.chainHash))
    return { stream, version, reason: "the stream's own hash is not that of its last event" };
  return null;
}

async function verifyStream(verification: Verification, task: StreamTask): Promise<FirstBad | null> {
  const { stream, head, known } = task;
  const chain = await verifyChain(verification, task);
  if (chain) return chain;
  const beyond = known.find(({ version }) => version > head.version);
  if (beyond)
    return {
      stream,
      version: head.version + 1,
      reason: `it is missing: the stream ends at ${head.version}, and ${beyond.from} had ${beyond.version}`,
    };
  return findWrongKey(verification.sql, stream);
}

/**
 * Where a stream is verified from: its beginning, or the checkpoint when that is asked for and still stands. Never
 * beyond an exported head: the application can write a checkpoint, and the exported head is there to be compared with.
 */
function startOf(
  stream: string,
  head: ChainPosition,
  checkpoint: VerifyCheckpoint | undefined,
  exported: ChainPosition | undefined,
): ChainPosition {
  if (!checkpoint || checkpoint.version > head.version) return { version: 0, chainHash: genesis(stream) };
  return exported && exported.version <= checkpoint.version ? exported : checkpoint;
}

type Checkpoints = ReadonlyMap<string, VerifyCheckpoint>;

async function readTasks(sql: Sql, options: VerifyOptions, checkpoints: Checkpoints): Promise<StreamTask[]> {
  const rows = await sql<{ stream: string; version: number; chainHash: Uint8Array }[]>`
    select stream, head as version, chain_hash from log.stream
    where ${options.stream === undefined ? sql`true` : sql`stream = ${options.stream}`}
    order by stream <> ${operatorStream}, stream`;
  if (options.stream !== undefined && rows.length === 0)
    throw new CoinlogError('USAGE', `There is no stream ${options.stream}: "coinlog status" lists them.`);
  return rows.map(({ stream, ...head }): StreamTask => {
    const checkpoint = checkpoints.get(stream);
    const exported = options.against?.get(stream);
    const start = startOf(stream, head, options.sinceCheckpoint ? checkpoint : undefined, exported);
    const known = [
      ...(exported ? [{ ...exported, from: 'the exported head' }] : []),
      ...(checkpoint
        ? [{ ...checkpoint, from: `the verification of ${checkpoint.verifiedAt.toISOString()}` }]
        : []),
    ];
    return { stream, head, start, known };
  });
}

/** A stream that was there when the heads were exported and is not now. */
function missingStream(tasks: readonly StreamTask[], { against, stream }: VerifyOptions): FirstBad | null {
  for (const [exported, { version }] of against ?? []) {
    if (stream !== undefined && stream !== exported) continue;
    if (!tasks.some((task) => task.stream === exported))
      return {
        stream: exported,
        version: 1,
        reason: `the whole stream is missing: its exported head is ${version}`,
      };
  }
  return null;
}

/**
 * Every digest, the density of versions and the chain of the whole log (or one stream), in the database and in the
 * archive, with flat memory. Someone who owns the database could build a new chain: only heads exported to another
 * place (`against`) show that.
 */
export async function verifyLog(sql: Sql, options: VerifyOptions): Promise<VerifyResult> {
  const checkpoints = await readVerifyCheckpoints(sql);
  const tasks = await readTasks(sql, options, checkpoints);
  const total = tasks.reduce((sum, { head, start }) => sum + head.version - start.version, 0);
  let events = 0;
  const verification: Verification = {
    sql,
    archive: options.archive,
    redactions: await readRedactions(sql),
    onEvents: (count) => {
      if (options.signal?.aborted)
        throw new CoinlogError('BUSY', `Stopped after ${events} events; nothing wrong until there.`);
      events += count;
      options.onProgress?.({ events, total });
    },
  };
  const result = (firstBad: FirstBad | null): VerifyResult => ({
    ok: firstBad === null,
    events,
    firstBad,
    skipped: skippedOf(tasks, checkpoints),
    heads: new Map(tasks.map(({ stream, head }) => [stream, head])),
  });
  for (const task of tasks) {
    const firstBad = await verifyStream(verification, task);
    if (firstBad) return result(firstBad);
  }
  return result(missingStream(tasks, options) ?? (await findStrayEvent(sql, options.stream)));
}

function skippedOf(tasks: readonly StreamTask[], checkpoints: Checkpoints) {
  const skipped: VerifyResult['skipped'] = { events: 0, streams: {} };
  for (const { stream, start } of tasks) {
    const checkpoint = checkpoints.get(stream);
    if (start.version === 0 || !checkpoint) continue;
    skipped.events += start.version;
    skipped.streams[stream] = { upTo: start.version, verifiedAt: checkpoint.verifiedAt };
  }
  return skipped;
}
