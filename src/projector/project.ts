import type { Sql } from '../database/client.ts';
import { CoinlogError } from '../errors.ts';
import type { Archive } from '../log/archive/archive.ts';
import type { LogEvent } from '../log/event.ts';
import type { BatchEffects } from './batch-effects.ts';
import { readBatch, type BatchLimits, type Checkpoints } from './batch.ts';
import { createFolder, type FoldedEvent } from './fold-event.ts';
import { writeIsolating } from './isolate.ts';
import { readCheckpoints, readDrifts } from './schema.ts';
import { writeBatch, type WriteResult, type WriteTarget } from './write-batch.ts';

export type StepResult =
  /** Some events were folded and committed. */
  | { kind: 'projected'; events: number; version: number }
  /** Everything up to the heads is folded. */
  | { kind: 'caught_up' }
  | { kind: 'not_ours'; reason: string };

const rowsOf = (folded: FoldedEvent): number =>
  folded.kind === 'folded' && folded.records
    ? folded.records.stagedRows.length + folded.records.listings.length + folded.records.rejected.length
    : 0;

/** Folds events one after the other, and hands them on in parts of about so many rows: only one part is in memory. */
function* foldInParts(
  events: readonly LogEvent[],
  fold: (event: LogEvent) => FoldedEvent,
  rowsPerPart: number,
): Generator<FoldedEvent[]> {
  let part: FoldedEvent[] = [];
  let rows = 0;
  for (const event of events) {
    const folded = fold(event);
    part.push(folded);
    rows += rowsOf(folded);
    if (rows < rowsPerPart) continue;
    yield part;
    part = [];
    rows = 0;
  }
  if (part.length > 0) yield part;
}

export interface ProjectDeps {
  sql: Sql;
  archive: Archive;
  limits: BatchLimits;
  /** Told of each commit to the live read model; a rebuild changes nothing that was not told before. */
  onEffects?: (effects: BatchEffects) => void;
}

/** Throws EVENT_UNREADABLE with the first event that no fold can read. */
function refuseDead(batch: readonly FoldedEvent[]): void {
  for (const folded of batch) {
    if (folded.kind !== 'dead') continue;
    const { stream, version } = folded.event;
    throw new CoinlogError(
      'EVENT_UNREADABLE',
      `Event ${version} of ${stream} cannot be folded: ${folded.reason}. Nothing was swapped. Mend what reads it, or let it pass with "coinlog deadletters skip ${stream} ${version} --reason …".`,
    );
  }
}

/** Folds the next events into a read model, each part of them in one commit. `upTo` ends it short of the heads. */
export async function projectStep(
  { sql, archive, limits, onEffects }: ProjectDeps,
  target: WriteTarget,
  upTo?: Checkpoints,
): Promise<StepResult> {
  const { redactions } = target.decisions;
  const checkpoints = await readCheckpoints(sql, target.schema);
  const events = await readBatch({ sql, archive, redactions }, checkpoints, limits, upTo);
  if (events.length === 0) return { kind: 'caught_up' };
  // After the checkpoints: a writer that was faster has moved both, and this batch is refused.
  const fold = createFolder(await readDrifts(sql, target.schema, events), target.decisions);
  const write = async (batch: readonly FoldedEvent[]): Promise<WriteResult> => {
    if (target.onDead === 'stop') refuseDead(batch);
    const result = await writeBatch(sql, target, batch);
    if (result.kind === 'written' && target.lease !== null) onEffects?.(result.effects);
    return result;
  };
  let version = 0;
  for (const part of foldInParts(events, fold, limits.records)) {
    const result = await writeIsolating(part, write, ({ kind }) => kind === 'written');
    if (result.kind === 'not_ours') return result;
    version = result.version;
  }
  return { kind: 'projected', events: events.length, version };
}

/** How many events lie between two positions. */
export function eventsBetween(from: Checkpoints, to: Checkpoints): number {
  let events = 0;
  for (const [stream, version] of to) events += Math.max(0, version - (from.get(stream) ?? 0));
  return events;
}
