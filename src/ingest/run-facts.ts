import { randomBytes } from 'node:crypto';
import { deriveId } from '../log/event-id.ts';
import type { Metadata, NewEvent } from '../log/event.ts';

/** `coingecko_20261123_140301_9f2c1a7b`: made once per tick or command, and read back on resume. */
export function newRunId(source: string, now: Date): string {
  const [day = '', time = ''] = now.toISOString().split('T');
  return `${source}_${day.replaceAll('-', '')}_${time.slice(0, 8).replaceAll(':', '')}_${randomBytes(4).toString('hex')}`;
}

export type RunFactType =
  | 'run.started'
  | 'page.fetched'
  | 'page.unchanged'
  | 'page.failed'
  | 'file.opened'
  | 'file.chunk'
  | 'file.closed'
  | 'run.completed'
  | 'run.failed'
  | 'run.deferred'
  | 'run.abandoned';

export const runEndings: ReadonlySet<string> = new Set([
  'run.completed',
  'run.failed',
  'run.deferred',
  'run.abandoned',
]);

export interface FactInput {
  runId: string;
  type: RunFactType;
  /** What makes it the event it is, beside run and type; a run's facts count up. */
  identity: (string | number)[];
  receivedAt: Date;
  metadata: Metadata;
  payload?: Uint8Array;
}

const noPayload = new Uint8Array();

export const runFact = ({ runId, type, identity, receivedAt, metadata, payload }: FactInput): NewEvent => ({
  id: deriveId(runId, type, ...identity),
  type,
  schemaVersion: 1,
  runId,
  receivedAt,
  metadata,
  payload: payload ?? noPayload,
});

/** The id of a run's first fact, by which the run is found again. */
export const startedId = (runId: string): string => deriveId(runId, 'run.started', 0);
