import { parentPort, workerData } from 'node:worker_threads';
import type { LogEvent } from '../log/event.ts';
import { createFolder, type FoldedBefore, type FoldedEvent } from './fold-event.ts';

// The other end is `startFoldThread`, which sends nothing else.
const fold = createFolder(workerData as FoldedBefore);

/** Lines are handed over, not copied. */
const linesOf = (folded: FoldedEvent): ArrayBuffer[] =>
  folded.kind === 'folded' && folded.records
    ? [folded.records.staged.buffer, folded.records.fresh.buffer]
    : [];

parentPort?.on('message', (events: LogEvent[]) => {
  const folded = events.map(fold);
  parentPort?.postMessage(folded, folded.flatMap(linesOf));
});
