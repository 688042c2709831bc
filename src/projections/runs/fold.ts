import { z } from 'zod';
import type { EventHeader } from '../../log/event.ts';

export type RunStatus = 'RUNNING' | 'COMPLETED' | 'FAILED' | 'DEFERRED' | 'ABANDONED';

export interface RunState {
  runId: string;
  source: string;
  feed: string;
  status: RunStatus;
  unchanged: boolean;
  startedAt: Date;
  endedAt: Date | null;
  nextAttemptAt: Date | null;
  pages: number;
  bytes: number;
  attempts: number;
  recordsRead: number;
  accepted: number;
  revised: number;
  rejected: number;
  duplicates: number;
  skipped: number;
  errorCode: string | null;
  errorMessage: string | null;
}

/** What became of an event's records. */
export interface RecordCounts {
  read: number;
  accepted: number;
  revised: number;
  rejected: number;
  duplicates: number;
  skipped: number;
}
export const noRecords: RecordCounts = {
  read: 0,
  accepted: 0,
  revised: 0,
  rejected: 0,
  duplicates: 0,
  skipped: 0,
};

const ending = z.object({
  attempts: z.number().optional(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
  nextAttemptAt: z.string().optional(),
});

const endStates: Record<string, RunStatus> = {
  'run.completed': 'COMPLETED',
  'run.failed': 'FAILED',
  'run.deferred': 'DEFERRED',
  'run.abandoned': 'ABANDONED',
};

function started(event: EventHeader, runId: string): RunState {
  return {
    runId,
    source: event.stream.split('.')[0] ?? event.stream,
    feed: event.stream,
    status: 'RUNNING',
    unchanged: false,
    startedAt: event.receivedAt,
    endedAt: null,
    nextAttemptAt: null,
    pages: 0,
    bytes: 0,
    attempts: 0,
    recordsRead: 0,
    accepted: 0,
    revised: 0,
    rejected: 0,
    duplicates: 0,
    skipped: 0,
    errorCode: null,
    errorMessage: null,
  };
}

const withRecords = (state: RunState, counts: RecordCounts): RunState => ({
  ...state,
  recordsRead: state.recordsRead + counts.read,
  accepted: state.accepted + counts.accepted,
  revised: state.revised + counts.revised,
  rejected: state.rejected + counts.rejected,
  duplicates: state.duplicates + counts.duplicates,
  skipped: state.skipped + counts.skipped,
});

/** Null for a time that is none, or that no calendar of PostgreSQL's text form holds. */
function validTime(text: string | undefined): Date | null {
  const time = new Date(text ?? NaN);
  return Number.isNaN(time.getTime()) || time.getUTCFullYear() > 9999 ? null : time;
}

function ended(state: RunState, event: EventHeader, status: RunStatus): RunState {
  const { error, nextAttemptAt } = ending.parse(event.metadata);
  return {
    ...state,
    status,
    // A run that fetched its pages and learned nothing new: the upstream answered from its cache.
    unchanged: status === 'COMPLETED' && state.recordsRead > 0 && state.recordsRead === state.duplicates,
    endedAt: event.receivedAt,
    nextAttemptAt: validTime(nextAttemptAt),
    errorCode: error?.code ?? null,
    errorMessage: error?.message ?? null,
  };
}

/**
 * Sequential and pure: a run's state after one more of its events, which come in the order of their stream. `counts`
 * is what became of the event's records. An event of no run leaves everything as it was.
 */
export function foldRun(state: RunState | null, event: EventHeader, counts: RecordCounts): RunState | null {
  if (event.runId === null) return state;
  const current = state ?? started(event, event.runId);
  switch (event.type) {
    case 'run.started':
    case 'file.opened':
      return current;
    case 'page.failed':
      return { ...current, attempts: current.attempts + 1 };
    case 'page.fetched':
      return withRecords(
        {
          ...current,
          pages: current.pages + 1,
          attempts: current.attempts + 1,
          bytes: current.bytes + event.payloadBytes,
        },
        counts,
      );
    case 'file.chunk':
      return withRecords(
        { ...current, pages: current.pages + 1, bytes: current.bytes + event.payloadBytes },
        counts,
      );
    default: {
      const status = endStates[event.type];
      return status === undefined ? current : ended(current, event, status);
    }
  }
}
