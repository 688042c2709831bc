import { parentPort, workerData } from 'node:worker_threads';
import type { LogEvent } from '../log/event.ts';
import { createFolder } from './fold-event.ts';
import type { FoldedBefore } from './fold-thread.ts';

// The other end is `startFoldThread`, which sends nothing else.
const { drifts, decisions } = workerData as FoldedBefore;
const fold = createFolder(drifts, decisions);

parentPort?.on('message', (events: LogEvent[]) => parentPort?.postMessage(events.map(fold)));
