import type { Queryable } from '../../database/client.ts';
import { anomalyAcknowledgedType } from '../../control/anomaly-decisions.ts';
import { operatorStream } from '../../log/redactions.ts';
import { anomalyRows, type AnomalyRow } from '../anomalies.ts';
import { countRows, given } from './fragments.ts';
import type { List } from './page.ts';
import { piece, words, type Piece } from './piece.ts';

export interface AnomalyConditions {
  kind?: string | null;
  source?: string | null;
  /** Only those that still look wrong, or only those that no longer do. */
  open?: boolean | null;
}

const conditions = (filter: AnomalyConditions): Piece[] => [
  ...given(filter.kind, (kind) => piece`kind = ${kind}`),
  ...given(filter.source, (source) => piece`source = ${source}`),
  ...given(filter.open, (open) => piece`(resolved_at is null) = ${open}`),
];

/** The anomalies that meet a filter, the newest first. */
export const anomalyList = (filter: AnomalyConditions): List<AnomalyRow> => ({
  name: 'anomalies',
  order: 'raisedAt desc',
  columns: [
    { column: 'raised_at', type: 'time', direction: 'desc', nullable: false },
    { column: 'anomaly_id', type: 'text', direction: 'desc', nullable: false },
  ],
  keyOf: (row) => [row.raisedAt.toISOString(), row.anomalyId],
  filter,
  conditions: () => conditions(filter),
  rows: (where, { orderBy, limit }) =>
    piece`select * from ${words(anomalyRows)} where ${where} order by ${orderBy} limit ${limit}`,
  count: (sql, where) => countRows(sql, words(anomalyRows), where),
});

/** Anomalies by their ids. */
export async function readAnomaliesById(
  sql: Queryable,
  anomalyIds: readonly string[],
): Promise<Map<string, AnomalyRow>> {
  const rows = await sql<
    AnomalyRow[]
  >`select * from ${sql.unsafe(anomalyRows)} where anomaly_id = any(${[...anomalyIds]})`;
  return new Map(rows.map((row) => [row.anomalyId, row]));
}

/** What the log says of an acknowledgement, for as long as no projector has folded it; null when there is none. */
export async function readAnomalyAcknowledgement(
  sql: Queryable,
  anomalyId: string,
): Promise<Pick<AnomalyRow, 'acknowledgedAt' | 'acknowledgeReason'> | null> {
  const [row] = await sql<{ acknowledgedAt: Date; acknowledgeReason: string }[]>`
    select recorded_at as acknowledged_at, metadata->>'reason' as acknowledge_reason from log.event
    where stream = ${operatorStream} and type = ${anomalyAcknowledgedType} and metadata->>'anomaly' = ${anomalyId}
    order by version limit 1`;
  return row ?? null;
}
