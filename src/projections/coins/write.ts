import { decimalColumns } from '../columns.ts';
import { columnList, setExcluded } from '../sql-text.ts';

const winner = ['observed_at', 'stream', 'version', 'record_index'];
const described = ['source', 'source_coin_id', 'symbol', 'name', 'image_url', ...winner];

/** The newest record's names win; the count of observations grows by what the batch brought. */
export const writeSourceCoins = `
  insert into source_coin (${columnList(described)}, snapshots)
  select distinct on (source, source_coin_id) ${columnList(described)}, 0
  from staged
  order by source, source_coin_id, observed_at desc, stream desc, version desc, record_index desc
  on conflict (source, source_coin_id) do update set ${setExcluded(described)}
  where (excluded.observed_at, excluded.stream, excluded.version, excluded.record_index)
    > (source_coin.observed_at, source_coin.stream, source_coin.version, source_coin.record_index)`;

export const addSnapshotCounts = `
  update source_coin c set snapshots = c.snapshots + g.snapshots
  from gained g where g.source = c.source and g.source_coin_id = c.source_coin_id`;

/** Until identity is resolved a source's coin is its own coin: see `ownCoinId`. */
export const writeLinks = `
  insert into identity_link (source, source_coin_id, coin_id)
  select distinct source, source_coin_id, coin_id from staged
  on conflict do nothing`;

const values = [...Object.values(decimalColumns), 'rank'];

/**
 * Coins anew from the links and the latest quotes, which have been written before. Lateral with a limit:
 * a look-up per coin. As plain joins, on tables without statistics yet, each coin was compared with every other one
 * (2.9 s of 6.8 for 50,000 coins).
 */
const coinsFrom = (sourceCoins: string): string => `
  insert into coin (coin_id, symbol, name, image_url, ${columnList(values)}, linked_sources, quotes_used, quotes_total, observed_at)
  select l.coin_id, c.symbol, c.name, c.image_url,
    ${values.map((column) => `q.${column}`).join(', ')},
    1, case when q.price is null then 0 else 1 end,
    (select count(*) from quote a where a.source = t.source and a.source_coin_id = t.source_coin_id),
    q.observed_at
  from ${sourceCoins} t
  cross join lateral (
    select k.coin_id from identity_link k
    where k.source = t.source and k.source_coin_id = t.source_coin_id limit 1) l
  cross join lateral (
    select k.symbol, k.name, k.image_url from source_coin k
    where k.source = t.source and k.source_coin_id = t.source_coin_id limit 1) c
  left join lateral (
    select k.* from quote k
    where k.source = t.source and k.source_coin_id = t.source_coin_id and k.quote_currency = 'USD' limit 1) q on true
  on conflict (coin_id) do update set
    ${setExcluded(['symbol', 'name', 'image_url', ...values, 'linked_sources', 'quotes_used', 'quotes_total', 'observed_at'])}`;

export const writeCoins = coinsFrom('(select distinct source, source_coin_id from staged)');

/** Every coin, where none was written with the batches. */
export const writeAllCoins = coinsFrom('source_coin');

/** The observations of each source coin, where they were not counted with the batches. */
export const countAllSnapshots = `
  update source_coin c set snapshots = s.snapshots
  from (select source, source_coin_id, count(*) as snapshots from snapshot group by source, source_coin_id) s
  where s.source = c.source and s.source_coin_id = c.source_coin_id`;
