import { decimalColumns } from '../columns.ts';
import { columnList, setExcluded } from '../sql-text.ts';

const shared = [
  'source',
  'source_coin_id',
  'quote_currency',
  ...Object.values(decimalColumns),
  'rank',
  'observed_at',
  'observed_at_basis',
  'processed_at',
  'stream',
  'version',
  'record_index',
];

/** The winner by (observed_at, stream, version, record_index): any shuffle, split or repetition ends the same. */
export const writeQuotes = `
  insert into quote (snapshot_id, ${columnList(shared)})
  select distinct on (source, source_coin_id, quote_currency) id, ${columnList(shared)}
  from staged
  order by source, source_coin_id, quote_currency, observed_at desc, stream desc, version desc, record_index desc
  on conflict (source, source_coin_id, quote_currency) do update set ${setExcluded(['snapshot_id', ...shared])}
  where (excluded.observed_at, excluded.stream, excluded.version, excluded.record_index)
    > (quote.observed_at, quote.stream, quote.version, quote.record_index)`;

/**
 * Every quote, where none was written with the batches: a snapshot is the winner of its observation already, so the
 * newest observation has the winner of all.
 */
export const writeAllQuotes = `
  with newest as materialized (
    select source, source_coin_id, quote_currency, max(observed_at) as observed_at from snapshot
    group by source, source_coin_id, quote_currency
  )
  insert into quote (snapshot_id, ${columnList(shared)})
  select k.id, ${shared.map((column) => `k.${column}`).join(', ')}
  from newest n
  cross join lateral (
    select * from snapshot s
    where s.source = n.source and s.source_coin_id = n.source_coin_id
      and s.quote_currency = n.quote_currency and s.observed_at = n.observed_at limit 1) k`;
