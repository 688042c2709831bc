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
