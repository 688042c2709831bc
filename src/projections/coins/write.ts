import { columnList, setExcluded } from '../sql-text.ts';

const winner = ['observed_at', 'stream', 'version', 'record_index'];
const described = ['source', 'source_coin_id', 'symbol', 'name', 'image_url', ...winner];

/**
 * The newest record's names win; the count of observations grows by what the batch brought. Notes in `first_seen` the
 * coins that nobody had spoken of before.
 */
export const writeSourceCoins = `
  with described as (
  insert into source_coin (${columnList(described)}, snapshots)
  select distinct on (source, source_coin_id) ${columnList(described)}, 0
  from staged
  order by source, source_coin_id, observed_at desc, stream desc, version desc, record_index desc
  on conflict (source, source_coin_id) do update set ${setExcluded(described)}
  where (excluded.observed_at, excluded.stream, excluded.version, excluded.record_index)
    > (source_coin.observed_at, source_coin.stream, source_coin.version, source_coin.record_index)
  -- A row that was there has been locked by this transaction, a new one by none.
  returning source, source_coin_id, xmax = 0 as is_new
  )
  insert into first_seen (source, source_coin_id) select source, source_coin_id from described where is_new`;

export const addSnapshotCounts = `
  update source_coin c set snapshots = c.snapshots + g.snapshots
  from gained g where g.source = c.source and g.source_coin_id = c.source_coin_id`;

/** The observations of each source coin, where they were not counted with the batches. */
export const countAllSnapshots = `
  update source_coin c set snapshots = s.snapshots
  from (select source, source_coin_id, count(*) as snapshots from snapshot group by source, source_coin_id) s
  where s.source = c.source and s.source_coin_id = c.source_coin_id`;
