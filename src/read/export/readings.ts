import type { Fragment, Queryable } from '../../database/client.ts';
import type { DecimalField, TimeBasis } from '../../sources/record.ts';
import { until, type Moment } from '../past/moment.ts';
import { observations, readingColumns, type Asked } from '../past/readings.ts';
import type { Series } from './series.ts';

/** One reading of a series; decimals as text. */
export interface ExportRow extends Record<DecimalField, string | null> {
  /** Its series, by place among those that were asked for. */
  place: number;
  symbol: string | null;
  name: string;
  rank: number | null;
  observedAt: Date;
  observedAtBasis: TimeBasis;
  stream: string;
  version: number;
  recordIndex: number;
}

/** How far one series has been read. */
export interface Position {
  series: Series;
  /** Included. */
  from: Date;
}

/** Between which times of observation, both included. */
export interface Span {
  from: Date | null;
  to: Date | null;
}

export interface ReadingsPage {
  rows: ExportRow[];
  /** Those that have more, and from where. */
  unfinished: Position[];
}

/** The readings of one series at a moment: as they are where nothing has changed since, else as they were shown. */
function shownAt(sql: Queryable, moment: Moment, asked: Asked): Fragment {
  if (!moment.isCurrent) return observations(sql, moment, asked);
  return sql`select ${sql(readingColumns)} from read.snapshot s
    where s.source = ${asked.source} and s.source_coin_id = ${asked.sourceCoinId}
      and s.quote_currency = ${asked.currency} and ${asked.observed}`;
}

/**
 * The next readings of some series, oldest first in each: some `each` of every one. Where a series has more, they end before the
 * observation that is the next one by the standing rows: so that what a moment showed of a span is worked out for that span
 * alone, and a series of any length costs what its page costs. Ranges of the history's primary key.
 */
export async function readReadings(
  sql: Queryable,
  moment: Moment,
  positions: readonly Position[],
  { to, each }: { to: Date | null; each: number },
): Promise<ReadingsPage> {
  const last = until(moment);
  const end = to !== null && to < last ? to : last;
  const asked: Asked = {
    source: sql`p.source`,
    sourceCoinId: sql`p.source_coin_id`,
    currency: sql`p.currency`,
    observed: sql`s.observed_at >= p.since and s.observed_at <= ${end}
      and (b.next is null or s.observed_at < b.next)`,
  };
  const rows = await sql<(ExportRow & { next: Date | null })[]>`
    select p.place, b.next, r.*
    from unnest(${positions.map(({ series }) => series.source)}::text[],
      ${positions.map(({ series }) => series.sourceCoinId)}::text[],
      ${positions.map(({ series }) => series.currency)}::text[],
      ${positions.map(({ from }) => from.toISOString())}::timestamptz[])
      with ordinality as p (source, source_coin_id, currency, since, place)
    left join lateral (
      select s.observed_at as next from read.snapshot s
      where s.source = p.source and s.source_coin_id = p.source_coin_id and s.quote_currency = p.currency
        and s.observed_at >= p.since and s.observed_at <= ${end}
      order by s.observed_at offset ${each} limit 1) b on true
    cross join lateral (${shownAt(sql, moment, asked)}) r
    order by p.place, r.observed_at`;
  const unfinished = new Map<number, Position>();
  for (const { place, next } of rows) {
    const position = positions[place - 1];
    if (next !== null && position) unfinished.set(place, { ...position, from: next });
  }
  return { rows, unfinished: [...unfinished.values()] };
}
