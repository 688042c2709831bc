import type { Queryable } from '../database/client.ts';

export interface Lag {
  /** Events that are in the log and not folded yet. */
  events: number;
  /** When the oldest of them was recorded, or null when there is none. */
  since: Date | null;
  deadLetters: number;
  /** What the answers are labelled with. */
  version: number;
}

/** How far the read model is behind the log; one look at each stream's end. */
export async function readLag(sql: Queryable): Promise<Lag> {
  const [lag] = await sql<Lag[]>`
    with behind as (
      select s.stream, coalesce(c.version, 0) as folded, s.head
      from log.stream s left join read.checkpoint c using (stream)
      where s.head > coalesce(c.version, 0)
    )
    select coalesce((select sum(head - folded) from behind), 0)::bigint as events,
      (select min(e.recorded_at) from behind b join log.event e on e.stream = b.stream and e.version = b.folded + 1) as since,
      (select count(*) from read.dead_letter) as dead_letters,
      (select version from read.read_model) as version`;
  return lag ?? { events: 0, since: null, deadLetters: 0, version: 0 };
}
