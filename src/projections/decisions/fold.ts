import { z } from 'zod';
import { anomalyAcknowledgedType } from '../../control/anomaly-decisions.ts';
import { acknowledgedType } from '../../control/drift-decisions.ts';
import {
  discardedType,
  parseRecords,
  parseReplay,
  replayedType,
  type RecordRef,
} from '../../control/record-decisions.ts';
import type { LogEvent } from '../../log/event.ts';
import { operatorStream } from '../../log/redactions.ts';
import type { RecordIssue } from '../../sources/record.ts';

/** A row of `rejected_decision`, with its columns' names as keys. */
export interface RecordDecisionRow {
  stream: string;
  version: number;
  record_index: number;
  status: 'DISCARDED' | 'REPLAYED';
  reason: string;
  decided_at: string;
  source: string | null;
  run_id: string | null;
  line: number | null;
  issues: RecordIssue[] | null;
  recorded_at: string | null;
}

export interface AcknowledgementRow {
  drift_id: string;
  reason: string;
  acknowledged_at: string;
}

export interface AnomalyAcknowledgementRow {
  anomaly_id: string;
  reason: string;
  acknowledged_at: string;
}

export interface FoldedDecisions {
  records: RecordDecisionRow[];
  acknowledgements: AcknowledgementRow[];
  anomalyAcknowledgements: AnomalyAcknowledgementRow[];
}

const nothing: FoldedDecisions = { records: [], acknowledgements: [], anomalyAcknowledgements: [] };

const decided = z.object({ reason: z.string() });
const acknowledged = z.object({ drift: z.string() });
const anomalyAcknowledged = z.object({ anomaly: z.string() });

/** Pure: what an operator's event changes in the read model; null for any other event. Throws on a shape it cannot have. */
export function foldDecision(event: LogEvent): FoldedDecisions | null {
  if (event.stream !== operatorStream) return null;
  const decidedAt = event.recordedAt.toISOString();
  const row = (
    status: RecordDecisionRow['status'],
    { stream, version, recordIndex }: RecordRef,
  ): RecordDecisionRow => ({
    stream,
    version,
    record_index: recordIndex,
    status,
    reason: decided.parse(event.metadata).reason,
    decided_at: decidedAt,
    source: null,
    run_id: null,
    line: null,
    issues: null,
    recorded_at: null,
  });
  switch (event.type) {
    case discardedType:
      return {
        ...nothing,
        records: parseRecords(event.metadata).map((record) => row('DISCARDED', record)),
      };
    case replayedType:
      return {
        ...nothing,
        records: parseReplay(event.payload).map((record) => {
          const { source, runId, line, issues, recordedAt } = record;
          const kept = { source, run_id: runId, line, issues, recorded_at: recordedAt };
          return { ...row('REPLAYED', record), ...kept };
        }),
      };
    case acknowledgedType: {
      const { drift } = acknowledged.parse(event.metadata);
      const { reason } = decided.parse(event.metadata);
      return { ...nothing, acknowledgements: [{ drift_id: drift, reason, acknowledged_at: decidedAt }] };
    }
    case anomalyAcknowledgedType: {
      const { anomaly } = anomalyAcknowledged.parse(event.metadata);
      const { reason } = decided.parse(event.metadata);
      const seen = { anomaly_id: anomaly, reason, acknowledged_at: decidedAt };
      return { ...nothing, anomalyAcknowledgements: [seen] };
    }
    default:
      return null;
  }
}
