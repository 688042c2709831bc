import type { Sql } from '../database/client.ts';
import { foldEvent, readBatch, type BatchLimits, type Checkpoints } from './batch.ts';
import { writeIsolating } from './isolate.ts';
import { readCheckpoints } from './schema.ts';
import { writeBatch, type WriteTarget } from './write-batch.ts';

export type StepResult =
  /** Some events were folded and committed. */
  | { kind: 'projected'; events: number; version: number }
  /** Everything up to the heads is folded. */
  | { kind: 'caught_up' }
  | { kind: 'not_ours'; reason: string };

/** Folds the next batch of events into a read model. `upTo` ends it short of the heads. */
export async function projectStep(
  sql: Sql,
  target: WriteTarget,
  limits: BatchLimits,
  upTo?: Checkpoints,
): Promise<StepResult> {
  const events = await readBatch(sql, await readCheckpoints(sql, target.schema), limits, upTo);
  if (events.length === 0) return { kind: 'caught_up' };
  const result = await writeIsolating(
    events.map(foldEvent),
    (batch) => writeBatch(sql, target, batch),
    ({ kind }) => kind === 'written',
  );
  if (result.kind === 'not_ours') return result;
  return { kind: 'projected', events: events.length, version: result.version };
}

/** How many events lie between two positions. */
export function eventsBetween(from: Checkpoints, to: Checkpoints): number {
  let events = 0;
  for (const [stream, version] of to) events += Math.max(0, version - (from.get(stream) ?? 0));
  return events;
}
