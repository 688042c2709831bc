import type { Sql } from '../database/client.ts';
import type { FirstBad } from './verify.ts';

/**
 * The keys that make an append idempotent must be those of the events: one for every version, with its digest. One
 * pass over two narrow indexes; payloads are not read. Of archived events only that each version has a key.
 */
export async function findWrongKey(sql: Sql, stream: string): Promise<FirstBad | null> {
  const [wrong] = await sql<{ version: number }[]>`
    select e.version from log.event e left join log.event_key k using (stream, event_id)
    where e.stream = ${stream} and (k.version is distinct from e.version or k.sha256 is distinct from e.sha256)
      and e.version <= (select head from log.stream where stream = ${stream})
    order by e.version limit 1`;
  if (wrong)
    return { stream, version: wrong.version, reason: 'its entry in log.event_key is missing or another' };
  const [counted] = await sql<{ keys: number; head: number; last: number | null }[]>`
    select count(*) as keys, max(k.version) as last, (select head from log.stream where stream = ${stream}) as head
    from log.event_key k where k.stream = ${stream}`;
  if (!counted || (counted.keys === counted.head && (counted.last ?? 0) === counted.head)) return null;
  return {
    stream,
    version: Math.min(counted.last ?? 1, counted.head),
    reason: `log.event_key has ${counted.keys} entries for ${counted.head} events`,
  };
}

/** An event that no append wrote: beyond its stream's head, or of a stream that is not there. */
export async function findStrayEvent(sql: Sql, stream: string | undefined): Promise<FirstBad | null> {
  const [stray] = await sql<{ stream: string; version: number; head: number | null }[]>`
    select e.stream, e.version, s.head from log.event e left join log.stream s using (stream)
    where (s.head is null or e.version > s.head) and ${stream === undefined ? sql`true` : sql`e.stream = ${stream}`}
    order by e.stream, e.version limit 1`;
  if (!stray) return null;
  const reason =
    stray.head === null
      ? 'log.stream does not know its stream'
      : `it is beyond the stream's head, ${stray.head}`;
  return { stream: stray.stream, version: stray.version, reason };
}
