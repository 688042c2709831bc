import { recordKey } from '../control/record-decisions.ts';
import { eventKey, skippedType } from '../control/skip-decisions.ts';
import { messageOf } from '../errors.ts';
import type { LogEvent } from '../log/event.ts';
import { foldAnomaly, type AnomalyChange } from '../projections/anomalies/fold.ts';
import { foldDecision, type FoldedDecisions } from '../projections/decisions/fold.ts';
import { contractOf, foldDrift, type FeedDrift } from '../projections/drift/fold.ts';
import { driftInputs, modeOf } from '../projections/drift/input.ts';
import type { DriftReport } from '../projections/drift/report.ts';
import { foldRecords, type FoldedRecords } from '../projections/records/fold.ts';
import type { RecordContract } from '../projections/records/read-records.ts';
import { sourceOfStream } from '../sources/registry.ts';
import type { Source } from '../sources/source.ts';
import type { Decisions } from './decisions.ts';

/** What an event taught of its feed's payloads. */
export interface FoldedDrift {
  state: FeedDrift;
  reports: DriftReport[];
}

export type FoldedEvent =
  | {
      kind: 'folded';
      event: LogEvent;
      source: string | null;
      records: FoldedRecords | null;
      drift: FoldedDrift | null;
      decisions: FoldedDecisions | null;
      anomaly: AnomalyChange | null;
    }
  /** No fold can read it, and never will as long as the folds are these. */
  | { kind: 'dead'; event: LogEvent; reason: string };

export type FeedDrifts = ReadonlyMap<string, FeedDrift>;

const withRecords = new Set(['page.fetched', 'file.chunk']);

function foldEvent(
  event: LogEvent,
  source: Source | null,
  known: FeedDrift | null,
  { released, mappings }: Decisions,
): FoldedEvent {
  const folded = { kind: 'folded', event, source: source?.name ?? null } as const;
  if (source === null) {
    const [decisions, anomaly] = [foldDecision(event), foldAnomaly(event)];
    return { ...folded, records: null, drift: null, decisions, anomaly };
  }
  const { stream, version } = event;
  const contract: RecordContract = {
    mode: modeOf(event),
    known: contractOf(known),
    isReleased: (recordIndex) => released.has(recordKey({ stream, version, recordIndex })),
    mappings,
  };
  const hasRecords = withRecords.has(event.type) && !event.redacted;
  const records = hasRecords ? foldRecords(event, source, contract) : null;
  const drift = source.feed.kind === 'poll' ? driftOf(event, source, known, records) : null;
  return { ...folded, records, drift, decisions: null, anomaly: null };
}

function driftOf(
  event: LogEvent,
  { feed }: Source,
  known: FeedDrift | null,
  records: FoldedRecords | null,
): FoldedDrift | null {
  if (feed.kind !== 'poll') return null;
  let state = known;
  const reports: DriftReport[] = [];
  for (const input of driftInputs(event, records?.shape ?? null)) {
    const step = foldDrift(state, input, feed);
    state = step.state;
    reports.push(...step.reports);
  }
  return state === null || state === known ? null : { state, reports };
}

/** An event that an operator has let pass: it changes nothing but how far its stream is folded. */
const passedOver = (event: LogEvent): FoldedEvent => ({
  kind: 'folded',
  event: { ...event, type: skippedType, runId: null },
  source: null,
  records: null,
  drift: null,
  decisions: null,
  anomaly: null,
});

/**
 * Folds events one after the other, in the order of their streams: what a feed's payloads were like so far decides what
 * becomes of the next one under a strict contract. Pure but for what it remembers of that.
 */
export function createFolder(drifts: FeedDrifts, decisions: Decisions): (event: LogEvent) => FoldedEvent {
  const states = new Map(drifts);
  return (event) => {
    if (decisions.skipped.has(eventKey(event.stream, event.version))) return passedOver(event);
    try {
      const folded = foldEvent(
        event,
        sourceOfStream(event.stream),
        states.get(event.stream) ?? null,
        decisions,
      );
      if (folded.kind === 'folded' && folded.drift) states.set(event.stream, folded.drift.state);
      return folded;
    } catch (error) {
      return { kind: 'dead', event, reason: messageOf(error) };
    }
  };
}
