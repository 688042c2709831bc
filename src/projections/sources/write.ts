/** Counts after a batch: new coins and new observations. Runs before the source coins are written. */
export const addSourceCounts = `
  insert into source (source, coins, snapshots)
  select t.source, count(*) filter (where known.there is null), coalesce(sum(g.snapshots), 0)
  from (select distinct source, source_coin_id from staged) t
  left join gained g using (source, source_coin_id)
  left join lateral (
    select true as there from source_coin k
    where k.source = t.source and k.source_coin_id = t.source_coin_id limit 1) known on true
  group by t.source
  on conflict (source) do update set
    coins = source.coins + excluded.coins, snapshots = source.snapshots + excluded.snapshots`;

/**
 * $1: the runs a batch touched, $2: the streams of directories, whose runs tell nothing of how fresh a source's market
 * is. The latest started run is the last one; success is the end of a completed one.
 */
export const writeSourceRuns = `
  insert into source (source, coins, snapshots, last_run_id, last_run_started_at, last_success_at)
  select distinct on (source) source, 0, 0, run_id, started_at,
    max(ended_at) filter (where status = 'COMPLETED') over (partition by source)
  from run where run_id = any($1) and feed <> all($2)
  order by source, started_at desc, run_id desc
  on conflict (source) do update set
    last_run_id = case when (excluded.last_run_started_at, excluded.last_run_id)
        >= (source.last_run_started_at, source.last_run_id) or source.last_run_id is null
      then excluded.last_run_id else source.last_run_id end,
    last_run_started_at = greatest(source.last_run_started_at, excluded.last_run_started_at),
    last_success_at = greatest(source.last_success_at, excluded.last_success_at)`;

/** The same of every source, where nothing was counted with the batches. Runs after the source coins are counted. */
export const countAllSources = `
  insert into source (source, coins, snapshots)
  select source, count(*), sum(snapshots) from source_coin group by source
  on conflict (source) do update set coins = excluded.coins, snapshots = excluded.snapshots`;
