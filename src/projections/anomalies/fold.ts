import type { LogEvent } from '../../log/event.ts';
import { monitorStream, raisedMetadata, raisedType, resolvedMetadata, resolvedType } from './events.ts';

/** A row of `anomaly` as it is raised, with its columns' names as keys. */
export interface RaisedRow {
  anomaly_id: string;
  kind: string;
  severity: string;
  source: string | null;
  coin_id: string | null;
  message: string;
  evidence: object;
  raised_at: string;
  version: number;
}

export interface ResolvedRow {
  anomaly_id: string;
  resolved_at: string;
  resolved_reason: string;
}

export type AnomalyChange = { kind: 'raised'; row: RaisedRow } | { kind: 'resolved'; row: ResolvedRow };

/** Pure: what an event of the monitor changes; null for any other. Throws on a shape it cannot have. */
export function foldAnomaly(event: LogEvent): AnomalyChange | null {
  if (event.stream !== monitorStream) return null;
  const at = event.recordedAt.toISOString();
  if (event.type === raisedType) {
    const { anomaly, coinId, ...said } = raisedMetadata.parse(event.metadata);
    const row = { ...said, anomaly_id: anomaly, coin_id: coinId, raised_at: at, version: event.version };
    return { kind: 'raised', row };
  }
  if (event.type !== resolvedType) return null;
  const { anomaly, reason } = resolvedMetadata.parse(event.metadata);
  return { kind: 'resolved', row: { anomaly_id: anomaly, resolved_at: at, resolved_reason: reason } };
}
