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
  /** Of the run's first event: its pages are those from here on. */
  startedVersion: number;
  /** More rejected records than this, and a run that got all its pages has failed. Null: no limit was set. */
  rejectLimitRecords: number | null;
  rejectLimitPercent: number | null;
  /** Ranks that a sweep by rank did not see, as `251-252, 380`; null for a run that was none, or saw all. */
  rankGaps: string | null;
  /** Values that could not be read, of records that were kept without them. */
  nulledCells: number;
}

/** What became of an event's records. */
export interface RecordCounts {
  read: number;
  accepted: number;
  revised: number;
  rejected: number;
  duplicates: number;
  skipped: number;
  /** The page was put aside whole, since it differs from the records known so far. */
  frozen?: boolean;
  nulledCells?: number;
}
export const noRecords: RecordCounts = {
  read: 0,
  accepted: 0,
  revised: 0,
  rejected: 0,
  duplicates: 0,
  skipped: 0,
};

const beginning = z.object({
  reject_limit: z.object({ records: z.number().nullable(), percent: z.number() }).optional(),
});
const ending = z.object({
  sweep: z.object({ rank_gaps: z.string() }).optional(),
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
    startedVersion: event.version,
    rejectLimitRecords: null,
    rejectLimitPercent: null,
    rankGaps: null,
    nulledCells: 0,
  };
}

function withLimits(state: RunState, event: EventHeader): RunState {
  const limit = beginning.safeParse(event.metadata).data?.reject_limit;
  if (!limit) return state;
  return { ...state, rejectLimitRecords: limit.records, rejectLimitPercent: limit.percent };
}

const frozenCode = 'SCHEMA_DRIFT';

/** The run goes on, and cannot succeed any more. */
const frozen = (state: RunState, { version }: EventHeader): RunState => ({
  ...state,
  errorCode: frozenCode,
  errorMessage:
    state.errorMessage ??
    `Event ${version} of ${state.feed} differs from the records known so far, and this source freezes then. "coinlog drift list" shows how; after "coinlog drift ack" the next run takes it, and "coinlog rejected replay" what was put aside.`,
});

/** The run goes on, and cannot succeed any more: what it received here, nobody can read. */
export const withUnreadable = (state: RunState, version: number): RunState => ({
  ...state,
  errorCode: 'EVENT_UNREADABLE',
  errorMessage:
    state.errorMessage ??
    `Event ${version} of ${state.feed} cannot be read: "coinlog deadletters list" says why. Its records are not in the data.`,
});

/** What is wrong with a run that got everything it asked for; null when nothing is. */
function refused(state: RunState): { code: string; message: string } | null {
  if (state.errorCode !== null) return { code: state.errorCode, message: state.errorMessage ?? '' };
  const { recordsRead, rejected, rejectLimitRecords, rejectLimitPercent } = state;
  const overRecords = rejectLimitRecords !== null && rejected > rejectLimitRecords;
  const overPercent = rejectLimitPercent !== null && rejected * 100 > rejectLimitPercent * recordsRead;
  if (!overRecords && !overPercent) return null;
  const limit = overPercent ? `${rejectLimitPercent} %` : `${rejectLimitRecords} records`;
  return {
    code: 'REJECT_LIMIT',
    message: `${rejected} of ${recordsRead} records were rejected, and the limit is ${limit}. "coinlog rejected list --source ${state.source}" shows what is wrong with each.`,
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
  nulledCells: state.nulledCells + (counts.nulledCells ?? 0),
});

/** Null for a time that is none, or that no calendar of PostgreSQL's text form holds. */
function validTime(text: string | undefined): Date | null {
  const time = new Date(text ?? NaN);
  return Number.isNaN(time.getTime()) || time.getUTCFullYear() > 9999 ? null : time;
}

function ended(state: RunState, event: EventHeader, endedAs: RunStatus): RunState {
  const { error: told, nextAttemptAt, sweep } = ending.parse(event.metadata);
  // Judged here and not where it was fetched: once the parser is mended, so is the run.
  const refusal = endedAs === 'COMPLETED' ? refused(state) : null;
  const status = refusal ? 'FAILED' : endedAs;
  const error = refusal ?? told;
  return {
    ...state,
    status,
    rankGaps: sweep?.rank_gaps || null,
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
      return withLimits(current, event);
    case 'page.unchanged':
      return withRecords({ ...current, pages: current.pages + 1, attempts: current.attempts + 1 }, counts);
    case 'file.opened':
      return current;
    case 'page.failed':
      return { ...current, attempts: current.attempts + 1 };
    case 'page.fetched':
      return withRecords(
        {
          ...(counts.frozen ? frozen(current, event) : current),
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
