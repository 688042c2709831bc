import type { Sql } from '../database/client.ts';
import { CoinlogError } from '../errors.ts';
import type { BatchEffects } from './batch-effects.ts';
import { rowsOf, type FoldedEvent } from './fold-event.ts';
import { writeIsolating } from './isolate.ts';
import { writeBatch, type WriteResult, type WriteTarget } from './write-batch.ts';

export interface WriteDeps {
  sql: Sql;
  /** Told of each commit to the live read model; a rebuild changes nothing that was not told before. */
  onEffects?: (effects: BatchEffects) => void;
}

export type WrittenEvents =
  | { kind: 'written'; events: number; rows: number; version: number; putAside: boolean }
  | { kind: 'not_ours'; reason: string };

/** Hands events on in parts of about so many rows, each as soon as it is full: what is lazily folded is not kept. */
function* inParts(folded: Iterable<FoldedEvent>, rowsPerPart: number): Generator<FoldedEvent[]> {
  let part: FoldedEvent[] = [];
  let rows = 0;
  for (const event of folded) {
    part.push(event);
    rows += rowsOf(event);
    if (rows < rowsPerPart) continue;
    yield part;
    part = [];
    rows = 0;
  }
  if (part.length > 0) yield part;
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

/** Writes folded events, each part of about so many rows in one commit, all at once for Infinity. Ends early behind an event that was put aside. */
export async function writeFolded(
  { sql, onEffects }: WriteDeps,
  target: WriteTarget,
  folded: Iterable<FoldedEvent>,
  rowsPerPart: number,
): Promise<WrittenEvents> {
  const written = { events: 0, rows: 0, version: 0 };
  const write = async (batch: readonly FoldedEvent[]): Promise<WriteResult> => {
    if (target.onDead === 'stop') refuseDead(batch);
    const result = await writeBatch(sql, target, batch);
    if (result.kind === 'not_ours') return result;
    written.events += batch.length;
    written.rows += batch.reduce((sum, event) => sum + rowsOf(event), 0);
    written.version = result.version;
    if (target.lease !== null) onEffects?.(result.effects);
    return result;
  };
  for (const part of inParts(folded, rowsPerPart)) {
    const { result, putAside } = await writeIsolating(part, write, ({ kind }) => kind === 'written');
    if (result.kind === 'not_ours') return result;
    if (putAside) return { kind: 'written', ...written, putAside };
  }
  return { kind: 'written', ...written, putAside: false };
}
