import type { Queryable } from '../../database/client.ts';
import { identityStream } from '../../identity/events.ts';
import { coinKey } from '../../identity/source-coin.ts';
import { readLinks, type LinkRow } from '../graphql/links.ts';
import { readMembers } from './members.ts';
import type { Moment } from './moment.ts';

/** The links that stood at a moment, by coin; one that nobody had decided is told by how it stands now, as its own coin. */
export async function readPastLinks(
  sql: Queryable,
  moment: Moment,
  coinIds: readonly string[],
): Promise<Map<string, LinkRow[]>> {
  if (moment.isCurrent) return readLinks(sql, coinIds);
  const members = await readMembers(sql, moment, coinIds);
  const rows = await sql<LinkRow[]>`
    select m.coin_id, m.source, m.source_coin_id, coalesce(h.method, 'FIRST_SEEN') as method,
      coalesce(h.confidence_percent, 100) as confidence_percent, coalesce(h.evidence, '{}') as evidence,
      coalesce(h.decided_at, e.recorded_at, s.processed_at) as decided_at, coalesce(h.stream, s.stream) as stream,
      coalesce(h.version, s.since_version) as version
    from unnest(${members.map(({ source }) => source)}::text[],
      ${members.map(({ sourceCoinId }) => sourceCoinId)}::text[],
      ${members.map(({ coinId }) => coinId)}::text[]) as m (source, source_coin_id, coin_id)
    left join lateral (
      select * from read.link_history h
      where h.source = m.source and h.source_coin_id = m.source_coin_id
        and h.since_version <= ${moment.known.checkpoints[identityStream] ?? 0}
      order by h.since_version desc limit 1) h on true
    left join lateral (
      select s.stream, s.since_version, s.processed_at from read.snapshot s
      where s.source = m.source and s.source_coin_id = m.source_coin_id
      order by s.observed_at limit 1) s on h.version is null
    left join lateral (
      select e.recorded_at from log.event e where e.stream = s.stream and e.version = s.since_version) e on true`;
  return Map.groupBy(
    rows.toSorted((a, b) => (coinKey(a) < coinKey(b) ? -1 : 1)),
    (row) => row.coinId,
  );
}
