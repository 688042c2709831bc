import type { Queryable } from '../../database/client.ts';
import type { RunStatus } from '../../projections/runs/fold.ts';
import { countRows, given } from './fragments.ts';
import type { List } from './page.ts';
import { piece, type Piece } from './piece.ts';

export interface RunConditions {
  source?: string | null;
  feed?: string | null;
  status?: RunStatus | null;
  startedAfter?: Date | null;
  startedBefore?: Date | null;
}

/** A run's place among the others; the rest of it is read by its id. */
export interface RunKey {
  runId: string;
  startedAt: Date;
}

const conditions = (filter: RunConditions): Piece[] => [
  ...given(filter.source, (source) => piece`source = ${source}`),
  ...given(filter.feed, (feed) => piece`feed = ${feed}`),
  ...given(filter.status, (status) => piece`status = ${status}`),
  ...given(filter.startedAfter, (time) => piece`started_at >= ${time}`),
  ...given(filter.startedBefore, (time) => piece`started_at < ${time}`),
];

/** The runs that meet a filter, newest first. */
export const runList = (filter: RunConditions): List<RunKey> => ({
  name: 'runs',
  order: 'startedAt desc',
  columns: [
    { column: 'started_at', type: 'time', direction: 'desc', nullable: false },
    { column: 'run_id', type: 'text', direction: 'desc', nullable: false },
  ],
  keyOf: (row) => [row.startedAt.toISOString(), row.runId],
  filter,
  conditions: () => conditions(filter),
  rows: (where, { orderBy, limit }) =>
    piece`select run_id, started_at from read.run where ${where} order by ${orderBy} limit ${limit}`,
  count: (sql, where) => countRows(sql, piece`read.run`, where),
});

/** The ranks that sweeps by rank did not see, by run; runs that were none, or saw all, are absent. */
export async function readRankGaps(sql: Queryable, runIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await sql<{ runId: string; rankGaps: string }[]>`
    select run_id, rank_gaps from read.run where run_id = any(${[...runIds]}) and rank_gaps is not null`;
  return new Map(rows.map(({ runId, rankGaps }) => [runId, rankGaps]));
}
