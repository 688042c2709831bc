import { z } from 'zod';
import type { EventHeader } from '../../log/event.ts';

/** A page of a run that has several: what came on an earlier page of it does not count again. */
export interface SweepPage {
  stream: string;
  version: number;
  /** The first version of its run. */
  run_from: number;
  /** Further pages of the run may follow. */
  more: boolean;
}

const page = z.object({ page: z.number(), last: z.boolean().optional() });

/** Pure: what an event is to a sweep; null for what is no page, or the only page of its run. */
export function sweepPageOf(event: EventHeader, runFrom: number): SweepPage | null {
  if (event.type !== 'page.fetched') return null;
  const parsed = page.safeParse(event.metadata).data;
  if (!parsed || (parsed.page === 1 && parsed.last)) return null;
  return { stream: event.stream, version: event.version, run_from: runFrom, more: !parsed.last };
}

/** $1: the pages as a JSON list with the columns' names as keys. */
export const writeSweepPages = `
  insert into sweep (stream, version, run_from, more)
  select stream, version, run_from, more
  from jsonb_to_recordset($1::text::jsonb) as p (stream text, version bigint, run_from bigint, more boolean)`;

/**
 * Takes what came on an earlier page of the same run out of the batch, and tells how many records of each event that
 * were. A ranking shifts while its pages are read: a coin on two of them is one coin, seen once. Runs before anything
 * is counted or written.
 */
export const dropRepeated = `
  with marked as (
    select s.ctid as place, s.stream, s.version, s.record_index,
      k.there is not null
        or s.version > min(s.version) over (partition by s.stream, w.run_from, s.source_coin_id) as repeated
    from staged s
    join sweep w using (stream, version)
    left join lateral (
      select true as there from source_coin c
      where c.source = s.source and c.source_coin_id = s.source_coin_id
        and c.seen_stream = s.stream and c.seen_version >= w.run_from
      limit 1) k on true
  ), gone as (
    delete from staged where ctid in (select place from marked where repeated)
  ), records as (
    select stream, version, record_index from marked
    group by stream, version, record_index having bool_and(repeated)
  )
  select stream, version, count(*) as repeated from records group by stream, version`;

/** Notes which coins a page had, for the pages that may follow it in another batch. */
export const markSeen = `
  update source_coin c set seen_stream = t.stream, seen_version = t.version
  from (
    select s.source, s.source_coin_id, s.stream, max(s.version) as version
    from staged s join sweep w using (stream, version)
    where w.more group by s.source, s.source_coin_id, s.stream) t
  where c.source = t.source and c.source_coin_id = t.source_coin_id`;
