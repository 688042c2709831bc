import { acknowledgedType } from '../../control/drift-decisions.ts';
import type { Queryable } from '../../database/client.ts';
import { operatorStream } from '../../log/redactions.ts';
import type { DriftRow } from '../drifts.ts';
import { countRows, given } from './fragments.ts';
import type { List } from './page.ts';
import { piece, rowsOf, type Piece } from './piece.ts';

const from = piece`read.drift left join read.drift_acknowledgement using (drift_id)`;

const columns = piece`
  drift_id, source, stream, kind, path, before, after, count, sample, score_percent, params, first_version,
  last_version, reported_at, acknowledged_at, reason as acknowledge_reason`;

export interface DriftConditions {
  source?: string | null;
  /** Only those that nobody has acknowledged, or only those that somebody has. */
  open?: boolean | null;
}

const conditions = (filter: DriftConditions): Piece[] => [
  ...given(filter.source, (source) => piece`source = ${source}`),
  ...given(filter.open, (open) => piece`(acknowledged_at is null) = ${open}`),
];

/** The drifts that meet a filter, the newest first. */
export const driftList = (filter: DriftConditions): List<DriftRow> => ({
  name: 'drifts',
  order: 'reportedAt desc',
  columns: [
    { column: 'reported_at', type: 'time', direction: 'desc', nullable: false },
    { column: 'drift_id', type: 'text', direction: 'desc', nullable: false },
  ],
  keyOf: (row) => [row.reportedAt.toISOString(), row.driftId],
  filter,
  conditions: () => conditions(filter),
  rows: (where, { orderBy, limit }) =>
    piece`select ${columns} from ${from} where ${where} order by ${orderBy} limit ${limit}`,
  count: (sql, where) => countRows(sql, from, where),
});

/** Drifts by their ids. */
export async function readDriftsById(
  sql: Queryable,
  driftIds: readonly string[],
): Promise<Map<string, DriftRow>> {
  const rows = await rowsOf<DriftRow>(
    sql,
    piece`select ${columns} from ${from} where drift_id = any(${[...driftIds]})`,
  );
  return new Map(rows.map((row) => [row.driftId, row]));
}

/** What the log says of a drift's acknowledgement, for as long as no projector has folded it; null when there is none. */
export async function readAcknowledgement(
  sql: Queryable,
  driftId: string,
): Promise<Pick<DriftRow, 'acknowledgedAt' | 'acknowledgeReason'> | null> {
  const [row] = await sql<{ acknowledgedAt: Date; acknowledgeReason: string }[]>`
    select recorded_at as acknowledged_at, metadata->>'reason' as acknowledge_reason from log.event
    where stream = ${operatorStream} and type = ${acknowledgedType} and metadata->>'drift' = ${driftId}
    order by version limit 1`;
  return row ?? null;
}
