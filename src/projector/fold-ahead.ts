import type { LogEvent } from '../log/event.ts';
import { readBatch, type BatchLimits, type Checkpoints, type EventSource } from './batch.ts';
import { rowsOf, type FoldedEvent } from './fold-event.ts';
import type { BatchFolder } from './fold-thread.ts';

// One is being folded, one is there already when the folder is done with it, and one is being read.
const readAhead = 3;
// Of events that come to no rows.
const eventsPerCommit = 1_000;

export interface AheadLimits {
  /** Of what is read at once. */
  batch: BatchLimits;
  /** In one commit. */
  rows: number;
}

/** Several batches are there at once: of a quarter of the size they take 40 MB less. */
const quartered = ({ records, events, payloadBytes }: BatchLimits): BatchLimits => ({
  records: Math.ceil(records / 4),
  events,
  payloadBytes: Math.ceil(payloadBytes / 4),
});

/** The place behind the last event of each stream. */
function behind(position: Checkpoints, events: readonly LogEvent[]): Checkpoints {
  const next = new Map(position);
  for (const { stream, version } of events) next.set(stream, version);
  return next;
}

/**
 * Folded events between two positions, a commit at a time, while the next ones are read and folded. The first commits are
 * small, so that writing begins at once. Of the payloads, which take ten times the memory of what they come to, only
 * those of the next three batches are there.
 */
export async function* foldAhead(
  source: EventSource,
  limits: AheadLimits,
  { from, upTo }: { from: Checkpoints; upTo: Checkpoints },
  folder: BatchFolder,
): AsyncGenerator<FoldedEvent[]> {
  const batchLimits = quartered(limits.batch);
  const aheadMax = Math.ceil(limits.rows / batchLimits.records) + readAhead;
  /** What batches come to that are being read and folded; nothing, behind the last one. */
  const ahead: Promise<readonly FoldedEvent[]>[] = [];
  let position = from;
  let ended = false;
  let reading: Promise<unknown> = Promise.resolve();

  /** Reads when the batches before have been read, and all but two of them folded. */
  async function readAndFold(before: Promise<unknown> | undefined): Promise<readonly FoldedEvent[]> {
    const isRead = Promise.withResolvers<void>();
    const previous = reading;
    reading = isRead.promise;
    let events: LogEvent[] = [];
    try {
      await Promise.all([previous, before]);
      if (!ended) events = await readBatch(source, position, batchLimits, upTo);
      position = behind(position, events);
    } finally {
      isRead.resolve();
    }
    return events.length === 0 ? [] : folder.fold(events);
  }

  function goOn(): void {
    while (ahead.length < aheadMax) {
      const folding = readAndFold(ahead.at(-readAhead));
      // Whoever takes it is told.
      folding.catch(() => undefined);
      ahead.push(folding);
    }
  }

  try {
    let rowsWanted = limits.batch.records;
    let commit: FoldedEvent[] = [];
    let rows = 0;
    for (;;) {
      goOn();
      const folded = (await ahead.shift()) ?? [];
      commit.push(...folded);
      rows += folded.reduce((sum, event) => sum + rowsOf(event), 0);
      if (folded.length > 0 && rows < rowsWanted && commit.length < eventsPerCommit) continue;
      if (commit.length > 0) yield commit;
      if (folded.length === 0) return;
      [commit, rows, rowsWanted] = [[], 0, Math.min(4 * rowsWanted, limits.rows)];
    }
  } finally {
    ended = true;
    await Promise.allSettled(ahead);
  }
}
