import { recordKey } from '../control/record-decisions.ts';
import { takenFrom } from '../control/history-decisions.ts';
import { eventKey, skippedType } from '../control/skip-decisions.ts';
import { messageOf } from '../errors.ts';
import type { EventHeader, LogEvent } from '../log/event.ts';
import { foldAnomaly, type AnomalyChange } from '../projections/anomalies/fold.ts';
import { foldDecision, type FoldedDecisions } from '../projections/decisions/fold.ts';
import { contractOf, foldDrift, type FeedDrift } from '../projections/drift/fold.ts';
import { driftInputs, modeOf } from '../projections/drift/input.ts';
import type { DriftReport } from '../projections/drift/report.ts';
import { upcast } from '../projections/upcast.ts';
import { seenBefore, takeIntoSweep, type Sweeps, type SweepStep } from '../projections/coins/sweep.ts';
import { foldRecords, type FoldedRecords } from '../projections/records/fold.ts';
import type { RecordContract } from '../projections/records/read-records.ts';
import type { Spans } from '../projections/snapshots/spans.ts';
import { feedOfStream, type FeedOfSource } from '../sources/registry.ts';
import type { Feed } from '../sources/source.ts';
import type { Decisions } from './decisions.ts';

/** What an event taught of its feed's payloads. */
export interface FoldedDrift {
  state: FeedDrift;
  reports: DriftReport[];
}

/** What an event comes to. Without its payload, so that a batch of them is light to hand on to another thread. */
export type FoldedEvent =
  | {
      kind: 'folded';
      event: EventHeader;
      source: string | null;
      records: Omit<FoldedRecords, 'shape' | 'sourceCoinIds'> | null;
      drift: FoldedDrift | null;
      sweep: SweepStep | null;
      decisions: FoldedDecisions | null;
      anomaly: AnomalyChange | null;
    }
  /** No fold can read it, and never will as long as the folds are these. */
  | { kind: 'dead'; event: EventHeader; reason: string };

/** How many rows an event comes to. */
export const rowsOf = (folded: FoldedEvent): number =>
  folded.kind === 'folded' && folded.records
    ? folded.records.rows + folded.records.listings.length + folded.records.rejected.length
    : 0;

export type FeedDrifts = ReadonlyMap<string, FeedDrift>;

/**
 * What a folder begins with: all that earlier events left behind. It crosses to another thread as it is. Sweeps and spans
 * are the folder's from then on.
 */
export interface FoldedBefore {
  drifts: FeedDrifts;
  sweeps: Sweeps;
  /** Of all snapshots; null where nobody keeps them, and every quote is compared. */
  spans: Spans | null;
  decisions: Decisions;
}

const withRecords = new Set(['page.fetched', 'file.chunk']);

const headerOf = ({ payload: _payload, ...header }: LogEvent): EventHeader => header;

function foldEvent(
  event: LogEvent,
  from: FeedOfSource | null,
  known: FeedDrift | null,
  { sweeps, spans, decisions: { released, mappings, expiries } }: FoldedBefore,
): FoldedEvent {
  const folded = { kind: 'folded', event: headerOf(event), source: from?.source.name ?? null } as const;
  if (from === null) {
    const [decisions, anomaly] = [foldDecision(event), foldAnomaly(event)];
    return { ...folded, records: null, drift: null, sweep: null, decisions, anomaly };
  }
  const { stream, version } = event;
  const contract: RecordContract = {
    mode: modeOf(event),
    known: contractOf(known),
    // Asked of every record, and there is nearly never one.
    isReleased: (recordIndex) =>
      released.size > 0 && released.has(recordKey({ stream, version, recordIndex })),
    mappings,
  };
  const hasRecords = withRecords.has(event.type) && !event.redacted;
  const undecided = { decisions: null, anomaly: null };
  if (!hasRecords) {
    const drift = driftOf(event, from.feed, known, null);
    return { ...folded, records: null, drift, sweep: takeIntoSweep(sweeps, event, []), ...undecided };
  }
  const before = { takenFrom: takenFrom(expiries, event), seen: seenBefore(sweeps, event), spans };
  const { shape, sourceCoinIds, ...records } = foldRecords(event, from, contract, before);
  const drift = driftOf(event, from.feed, known, shape);
  return { ...folded, records, drift, sweep: takeIntoSweep(sweeps, event, sourceCoinIds), ...undecided };
}

function driftOf(
  event: LogEvent,
  feed: Feed,
  known: FeedDrift | null,
  shape: FoldedRecords['shape'],
): FoldedDrift | null {
  if (feed.kind !== 'poll') return null;
  let state = known;
  const reports: DriftReport[] = [];
  for (const input of driftInputs(event, shape)) {
    const step = foldDrift(state, input, feed);
    state = step.state;
    reports.push(...step.reports);
  }
  return state === null || state === known ? null : { state, reports };
}

/** An event that an operator has let pass: it changes nothing but how far its stream is folded. */
const passedOver = (event: LogEvent): FoldedEvent => ({
  kind: 'folded',
  event: { ...headerOf(event), type: skippedType, runId: null },
  source: null,
  records: null,
  drift: null,
  sweep: null,
  decisions: null,
  anomaly: null,
});

/**
 * Folds events one after the other, in the order of their streams: what a feed's payloads were like so far decides what
 * becomes of the next one under a strict contract, and what a run's pages had so far, what counts of the next one. Pure
 * but for what it remembers of that.
 */
export function createFolder(before: FoldedBefore): (event: LogEvent) => FoldedEvent {
  const states = new Map(before.drifts);
  const { skipped } = before.decisions;
  return (recorded) => {
    if (skipped.has(eventKey(recorded.stream, recorded.version))) return passedOver(recorded);
    try {
      const event = upcast(recorded);
      const known = states.get(event.stream) ?? null;
      const folded = foldEvent(event, feedOfStream(event.stream), known, before);
      if (folded.kind === 'folded' && folded.drift) states.set(event.stream, folded.drift.state);
      return folded;
    } catch (error) {
      return { kind: 'dead', event: headerOf(recorded), reason: messageOf(error) };
    }
  };
}
