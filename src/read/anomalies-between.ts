import type { Queryable } from '../database/client.ts';
import { anomalyRows, type AnomalyRow } from './anomalies.ts';

// More tell nobody more.
const anomaliesMax = 100;

/**
 * What looked wrong with a source, or with one of its coins, between two of its runs: from the start of the earlier until
 * the run after the later began, since a run is judged when it is over. The newest first, at most 100.
 */
export const readAnomaliesBetween = (
  sql: Queryable,
  { source, runIds }: { source: string; runIds: readonly string[] },
): Promise<AnomalyRow[]> =>
  sql<AnomalyRow[]>`
    with compared as (
      select min(started_at) as start, max(started_at) as last from read.run where run_id = any(${[...runIds]})
    ), following as (
      select min(r.started_at) as start from read.run r, compared c
      where r.source = ${source} and r.started_at > c.last
        and r.feed in (select feed from read.run where run_id = any(${[...runIds]}))
    )
    select anomaly.* from ${sql.unsafe(anomalyRows)}, compared c, following f
    where raised_at >= c.start and raised_at < coalesce(f.start, 'infinity')
      and (source = ${source} or coin_id in (select l.coin_id from read.identity_link l where l.source = ${source}))
    order by raised_at desc, anomaly_id desc limit ${anomaliesMax}`;
