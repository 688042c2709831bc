import type { LogEvent } from '../log/event.ts';
import { readBatch, type BatchLimits, type Checkpoints, type EventSource } from './batch.ts';
import type { FoldedEvent } from './fold-event.ts';
import type { BatchFolder } from './fold-thread.ts';

// One is being folded while the one before is written, and one is there already when the folder is done with it.
const batchesAhead = 3;

interface Reading {
  folding: Promise<FoldedEvent[]>;
}

/** The place behind the last event of each stream. */
function behind(position: Checkpoints, events: readonly LogEvent[]): Checkpoints {
  const next = new Map(position);
  for (const { stream, version } of events) next.set(stream, version);
  return next;
}

/** Folded events between two positions, batch by batch: while one is written, the next ones are read and folded. */
export async function* foldAhead(
  source: EventSource,
  limits: BatchLimits,
  { from, upTo }: { from: Checkpoints; upTo: Checkpoints },
  folder: BatchFolder,
): AsyncGenerator<FoldedEvent[]> {
  let position = from;
  let ended = false;
  const read = async (): Promise<Reading | null> => {
    const events = ended ? [] : await readBatch(source, position, limits, upTo);
    if (events.length === 0) return null;
    position = behind(position, events);
    const folding = folder.fold(events);
    folding.catch(() => undefined);
    return { folding };
  };
  const ahead: Promise<Reading | null>[] = [];
  /** Batches are read one after the other; a fold is waited for by whoever takes it. */
  const readOn = (): void => {
    const reading = (ahead.at(-1) ?? Promise.resolve()).then(read);
    reading.catch(() => undefined);
    ahead.push(reading);
  };
  try {
    for (;;) {
      while (ahead.length < batchesAhead) readOn();
      const reading = await ahead.shift();
      if (!reading) return;
      yield await reading.folding;
    }
  } finally {
    ended = true;
    await Promise.allSettled(ahead);
  }
}
