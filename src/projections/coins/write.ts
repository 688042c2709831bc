import { columnList } from '../sql-text.ts';

const winner = ['observed_at', 'stream', 'version', 'record_index'];
const described = ['source', 'source_coin_id', 'symbol', 'name', 'image_url', ...winner];

const before = `(excluded.observed_at, excluded.stream, excluded.version, excluded.record_index)
    > (source_coin.observed_at, source_coin.stream, source_coin.version, source_coin.record_index)`;

/**
 * The newest record's names win; the count of observations grows by what the batch brought. Notes in `first_seen` the
 * coins that nobody had spoken of before. One change of a row for both: each is a new version of the row.
 */
export const writeSourceCoins = `
  with newest as (
    select distinct on (source, source_coin_id) ${columnList(described)}
    from staged
    order by source, source_coin_id, observed_at desc, stream desc, version desc, record_index desc
  ), described as (
    insert into source_coin (${columnList(described)}, snapshots)
    select ${columnList(described)}, coalesce(g.snapshots, 0)
    from newest left join gained g using (source, source_coin_id)
    on conflict (source, source_coin_id) do update set snapshots = source_coin.snapshots + excluded.snapshots,
      ${described.map((column) => `${column} = case when ${before} then excluded.${column} else source_coin.${column} end`).join(', ')}
    where excluded.snapshots > 0 or ${before}
    -- A row that was there has been locked by this transaction, a new one by none.
    returning source, source_coin_id, xmax = 0 as is_new
  )
  insert into first_seen (source, source_coin_id) select source, source_coin_id from described where is_new`;

/** The observations of each source coin, where they were not counted with the batches. */
export const countAllSnapshots = `
  update source_coin c set snapshots = s.snapshots
  from (select source, source_coin_id, count(*) as snapshots from snapshot group by source, source_coin_id) s
  where s.source = c.source and s.source_coin_id = c.source_coin_id`;
