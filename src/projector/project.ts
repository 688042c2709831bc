import type { Sql } from '../database/client.ts';
import type { Archive } from '../log/archive/archive.ts';
import type { LogEvent } from '../log/event.ts';
import { readBatch, type BatchLimits, type Checkpoints } from './batch.ts';
import { readFoldedBefore } from './folded-before.ts';
import { createFolder, type FoldedEvent } from './fold-event.ts';
import { readCheckpoints } from './schema.ts';
import type { WriteTarget } from './write-batch.ts';
import { writeFolded, type WriteDeps } from './write-folded.ts';

export type StepResult =
  /** Some events were folded and committed. */
  | { kind: 'projected'; events: number; rows: number; version: number }
  /** Everything up to the heads is folded. */
  | { kind: 'caught_up' }
  | { kind: 'not_ours'; reason: string };

export interface ProjectDeps extends WriteDeps {
  sql: Sql;
  archive: Archive;
  limits: BatchLimits;
}

/** Folds one event after the other, when it is asked for: what was folded before has been written by then. */
function* foldLazily(
  events: readonly LogEvent[],
  fold: (event: LogEvent) => FoldedEvent,
): Generator<FoldedEvent> {
  for (const event of events) yield fold(event);
}

/** Folds the next events into a read model, each part of them in one commit. `upTo` ends it short of the heads. */
export async function projectStep(
  deps: ProjectDeps,
  target: WriteTarget,
  upTo?: Checkpoints,
): Promise<StepResult> {
  const { sql, archive, limits } = deps;
  const { redactions } = target.decisions;
  const checkpoints = await readCheckpoints(sql, target.schema);
  const events = await readBatch({ sql, archive, redactions }, checkpoints, limits, upTo);
  if (events.length === 0) return { kind: 'caught_up' };
  // After the checkpoints: a writer that was faster has moved both, and this batch is refused.
  const streams = events.map(({ stream }) => stream);
  const fold = createFolder(await readFoldedBefore(sql, target, streams));
  const written = await writeFolded(deps, target, foldLazily(events, fold), limits.records);
  if (written.kind === 'not_ours') return written;
  return { kind: 'projected', events: written.events, rows: written.rows, version: written.version };
}

/** How many events lie between two positions. */
export function eventsBetween(from: Checkpoints, to: Checkpoints): number {
  let events = 0;
  for (const [stream, version] of to) events += Math.max(0, version - (from.get(stream) ?? 0));
  return events;
}
