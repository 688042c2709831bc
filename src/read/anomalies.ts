import type { Queryable } from '../database/client.ts';
import type { Evidence } from '../identity/decision.ts';
import type { AnomalySeverity } from '../projections/anomalies/events.ts';
import { isThere } from './is-there.ts';

/** Something that looked wrong. */
export interface AnomalyRow {
  anomalyId: string;
  kind: string;
  severity: AnomalySeverity;
  source: string | null;
  coinId: string | null;
  message: string;
  evidence: Evidence;
  raisedAt: Date;
  version: number;
  resolvedAt: Date | null;
  resolvedReason: string | null;
  acknowledgedAt: Date | null;
  acknowledgeReason: string | null;
}

/** What is told of anomalies, as a table. */
export const anomalyRows = `(
  select a.*, k.acknowledged_at, k.reason as acknowledge_reason
  from read.anomaly a left join read.anomaly_acknowledgement k using (anomaly_id)) anomaly`;

/** Newest first; open ones only unless told. */
export const readAnomalies = (
  sql: Queryable,
  { kind, all }: { kind?: string | undefined; all: boolean },
  limit: number,
): Promise<AnomalyRow[]> =>
  sql<AnomalyRow[]>`
    select * from ${sql.unsafe(anomalyRows)}
    where ${all ? sql`true` : sql`resolved_at is null`} and ${kind === undefined ? sql`true` : sql`kind = ${kind}`}
    order by raised_at desc, anomaly_id desc limit ${limit}`;

export async function readAnomaly(sql: Queryable, anomalyId: string): Promise<AnomalyRow | null> {
  const [row] = await sql<
    AnomalyRow[]
  >`select * from ${sql.unsafe(anomalyRows)} where anomaly_id = ${anomalyId}`;
  return row ?? null;
}

/** How many there are that still look wrong. */
export interface OpenAnomalies {
  kind: string;
  open: number;
  /** Those of them that somebody should look at: no mere hint, and nobody has acknowledged them. */
  pressing: number;
}

/** By kind; a kind without any is absent. */
export async function countOpenAnomalies(sql: Queryable): Promise<OpenAnomalies[]> {
  if (!(await isThere(sql, 'read.anomaly'))) return [];
  return sql<OpenAnomalies[]>`
    select kind, count(*) as open,
      count(*) filter (where severity <> 'INFO' and acknowledged_at is null) as pressing
    from ${sql.unsafe(anomalyRows)} where resolved_at is null group by kind order by kind`;
}
