import type { Queryable } from '../database/client.ts';
import { isThere } from './is-there.ts';

/** What the log says of the runs of a feed. */
export interface FeedState {
  feed: string;
  lastRunId: string;
  lastStatus: string;
  lastSuccessAt: Date | null;
  /** How many coins its listings tell of; 0 for a market feed. */
  coins: number;
}

/** Each feed that ever ran, by its stream; none while there is no read model. One look at all runs: for people, and a start. */
export async function readFeedStates(sql: Queryable): Promise<Map<string, FeedState>> {
  if (!(await isThere(sql, 'read.listing'))) return new Map();
  const rows = await sql<FeedState[]>`
    select r.feed, r.last_run_id, r.last_status, r.last_success_at, coalesce(l.coins, 0) as coins
    from (
      select distinct on (feed) feed, run_id as last_run_id, status as last_status,
        max(ended_at) filter (where status = 'COMPLETED') over (partition by feed) as last_success_at
      from read.run order by feed, started_at desc, run_id desc) r
    left join (
      select stream, count(distinct source_coin_id) as coins from read.listing group by stream) l
      on l.stream = r.feed`;
  return new Map(rows.map((row) => [row.feed, row]));
}
