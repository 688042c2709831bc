import type { RejectedAs } from '../control/record-decisions.ts';
import type { Queryable } from '../database/client.ts';
import { isThere } from './is-there.ts';

export type RejectedStatus = 'OPEN' | 'REPLAYED' | 'DISCARDED';

/** A record that could not be read, with what became of it. */
export interface RejectedRow extends Omit<RejectedAs, 'recordedAt'> {
  status: RejectedStatus;
  /** Null unless it was discarded. */
  discardReason: string | null;
  /** Of its event. */
  recordedAt: Date;
}

/** `rejected_record` with its decision beside it, for `where`, `order by` and `limit` to follow. */
const stillRejected = (sql: Queryable) => sql`
  select r.stream, r.version, r.record_index, r.source, r.run_id, r.line, r.issues, r.recorded_at,
    case when d.status = 'DISCARDED' then 'DISCARDED' else 'OPEN' end as status,
    case when d.status = 'DISCARDED' then d.reason end as discard_reason
  from read.rejected_record r
  left join read.rejected_decision d using (stream, version, record_index)`;

/** Those that the folds can read by now: only the decision still tells of them. */
const replayed = (sql: Queryable) => sql`
  select d.stream, d.version, d.record_index, d.source, d.run_id, d.line, d.issues, d.recorded_at,
    'REPLAYED' as status, null as discard_reason
  from read.rejected_decision d
  where d.status = 'REPLAYED' and not exists (
    select from read.rejected_record r
    where r.stream = d.stream and r.version = d.version and r.record_index = d.record_index)`;

export interface RejectedFilter {
  source?: string | undefined;
  runId?: string | undefined;
  status?: RejectedStatus | undefined;
}

/** The newest events' first; of one event in the order of its records. */
export function readRejected(
  sql: Queryable,
  { source, runId, status }: RejectedFilter,
  limit: number,
): Promise<RejectedRow[]> {
  return sql<RejectedRow[]>`
    select * from ((${stillRejected(sql)}) union all (${replayed(sql)})) as rejected
    where ${source === undefined ? sql`true` : sql`source = ${source}`}
      and ${runId === undefined ? sql`true` : sql`run_id = ${runId}`}
      and ${status === undefined ? sql`true` : sql`status = ${status}`}
    order by recorded_at desc, stream, version desc, record_index limit ${limit}`;
}

/** How many are open, by source. */
export async function countOpenRejected(sql: Queryable): Promise<Map<string, number>> {
  if (!(await isThere(sql, 'read.rejected_decision'))) return new Map();
  const rows = await sql<{ source: string; open: number }[]>`
    select r.source, count(*) as open from read.rejected_record r
    where not exists (
      select from read.rejected_decision d
      where d.stream = r.stream and d.version = r.version and d.record_index = r.record_index
        and d.status = 'DISCARDED')
    group by r.source`;
  return new Map(rows.map(({ source, open }) => [source, open]));
}
