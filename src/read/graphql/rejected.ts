import { recordKey, type RecordRef } from '../../control/record-decisions.ts';
import type { Queryable } from '../../database/client.ts';
import type { RejectedRow, RejectedStatus } from '../rejected.ts';
import { countRows, given } from './fragments.ts';
import type { List } from './page.ts';
import { piece, rowsOf, type Piece } from './piece.ts';

export interface RejectedConditions {
  source?: string | null;
  /** As the read model has it. */
  runId?: string | null;
  status?: RejectedStatus | null;
}

/** A rejected record's place among the others; the rest of it is read by its key. */
export interface RejectedKey extends RecordRef {
  recordedAt: Date;
}

const sameRecord = piece`other.stream = rejected.stream and other.version = rejected.version and other.record_index = rejected.record_index`;

/** Those that the folds reject. */
const stillRejected = (own: Piece): Piece => piece`read.rejected_record as rejected where ${own}`;

/** Those that the folds can read by now: only the decision still tells of them. */
const replayed = piece`
  read.rejected_decision as rejected where status = 'REPLAYED'
    and not exists (select from read.rejected_record as other where ${sameRecord})`;

const discarded = piece`exists (
  select from read.rejected_decision as other where ${sameRecord} and other.status = 'DISCARDED')`;

/** Where the records of a status are, each for a condition to follow. Two tables, read apart: each has its own index. */
function placesOf(status: RejectedStatus | null): Piece[] {
  switch (status) {
    case 'OPEN':
      return [stillRejected(piece`not ${discarded}`)];
    case 'DISCARDED':
      return [stillRejected(discarded)];
    case 'REPLAYED':
      return [replayed];
    default:
      return [stillRejected(piece`true`), replayed];
  }
}

const conditions = (filter: RejectedConditions): Piece[] => [
  ...given(filter.source, (source) => piece`source = ${source}`),
  ...given(filter.runId, (runId) => piece`run_id = ${runId}`),
];

const unionOf = (selects: readonly Piece[]): Piece =>
  selects.reduce((all, select) => piece`${all} union all ${select}`);

/** The rejected records that meet a filter: those of the newest events first, of one event in the order of its records. */
export function rejectedList(filter: RejectedConditions): List<RejectedKey> {
  const status = filter.status ?? null;
  return {
    name: 'rejectedRecords',
    order: 'recordedAt desc',
    columns: [
      { column: 'recorded_at', type: 'time', direction: 'desc', nullable: false },
      { column: 'stream', type: 'text', direction: 'asc', nullable: false },
      { column: 'version', type: 'integer', direction: 'desc', nullable: false },
      { column: 'record_index', type: 'integer', direction: 'asc', nullable: false },
    ],
    keyOf: (row) => [row.recordedAt.toISOString(), row.stream, String(row.version), String(row.recordIndex)],
    filter,
    conditions: () => conditions(filter),
    rows(where, { orderBy, limit }) {
      const selects = placesOf(status).map(
        (place) => piece`(select stream, version, record_index, recorded_at from ${place} and ${where}
          order by ${orderBy} limit ${limit})`,
      );
      return piece`select * from (${unionOf(selects)}) as found order by ${orderBy} limit ${limit}`;
    },
    count(sql, where) {
      const selects = placesOf(status).map((place) => piece`select 1 from ${place} and ${where}`);
      return countRows(sql, piece`(${unionOf(selects)}) as found`, piece`true`);
    },
  };
}

/** Rejected records by `recordKey`; those that are none are absent. Each is found by its key, however many there are. */
export async function readRejectedRecords(
  sql: Queryable,
  refs: readonly RecordRef[],
): Promise<Map<string, RejectedRow>> {
  const asked = piece`unnest(${refs.map(({ stream }) => stream)}::text[],
    ${refs.map(({ version }) => version)}::bigint[], ${refs.map(({ recordIndex }) => recordIndex)}::int[])
    as asked (stream, version, record_index)`;
  const rows = await rowsOf<RejectedRow>(
    sql,
    piece`
    select stream, version, record_index, r.source, r.run_id, r.line, r.issues, r.recorded_at,
      case when d.status = 'DISCARDED' then 'DISCARDED' else 'OPEN' end as status,
      case when d.status = 'DISCARDED' then d.reason end as discard_reason
    from ${asked} join read.rejected_record r using (stream, version, record_index)
      left join read.rejected_decision d using (stream, version, record_index)
    union all
    select rejected.stream, rejected.version, rejected.record_index, rejected.source, rejected.run_id, rejected.line,
      rejected.issues, rejected.recorded_at, 'REPLAYED', null
    from (select r.* from ${asked} join read.rejected_decision r using (stream, version, record_index)) as rejected
    where status = 'REPLAYED'
      and not exists (select from read.rejected_record as other where ${sameRecord})`,
  );
  return new Map(rows.map((row) => [recordKey(row), row]));
}
