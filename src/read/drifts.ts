import type { Queryable } from '../database/client.ts';
import { isThere } from './is-there.ts';

/** A change of what a source sends. */
export interface DriftRow {
  driftId: string;
  source: string;
  stream: string;
  kind: string;
  path: string;
  before: string | null;
  after: string | null;
  count: number;
  sample: unknown;
  /** Of a likely rename. */
  scorePercent: number | null;
  params: Record<string, unknown>;
  firstVersion: number;
  lastVersion: number;
  reportedAt: Date;
  acknowledgedAt: Date | null;
  acknowledgeReason: string | null;
}

const rows = (sql: Queryable) => sql`
  select d.drift_id, d.source, d.stream, d.kind, d.path, d.before, d.after, d.count, d.sample, d.score_percent,
    d.params, d.first_version, d.last_version, d.reported_at, a.acknowledged_at, a.reason as acknowledge_reason
  from read.drift d left join read.drift_acknowledgement a using (drift_id)`;

export interface DriftFilter {
  source?: string | undefined;
  /** Only those that nobody has acknowledged, or only those that somebody has. */
  open?: boolean | undefined;
}

/** Newest first. */
export const readDrifts = (
  sql: Queryable,
  { source, open }: DriftFilter,
  limit: number,
): Promise<DriftRow[]> =>
  sql<DriftRow[]>`
    ${rows(sql)}
    where ${source === undefined ? sql`true` : sql`d.source = ${source}`}
      and ${open === undefined ? sql`true` : sql`(a.acknowledged_at is null) = ${open}`}
    order by d.reported_at desc, d.drift_id desc limit ${limit}`;

export async function readDrift(sql: Queryable, driftId: string): Promise<DriftRow | null> {
  const [row] = await sql<DriftRow[]>`${rows(sql)} where d.drift_id = ${driftId}`;
  return row ?? null;
}

/** How many nobody has acknowledged, by source. */
export async function countOpenDrifts(sql: Queryable): Promise<Map<string, number>> {
  if (!(await isThere(sql, 'read.drift'))) return new Map();
  const found = await sql<{ source: string; open: number }[]>`
    select d.source, count(*) as open from read.drift d
    where not exists (select from read.drift_acknowledgement a where a.drift_id = d.drift_id) group by d.source`;
  return new Map(found.map(({ source, open }) => [source, open]));
}
