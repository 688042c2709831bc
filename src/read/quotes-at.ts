import type { Queryable } from '../database/client.ts';
import { decimalColumns } from '../projections/columns.ts';
import type { QuoteRow } from './graphql/quotes.ts';

const columns = [
  'quote_currency',
  ...Object.values(decimalColumns),
  'rank',
  'observed_at',
  'observed_at_basis',
  'stream',
  'version',
  'record_index',
];

/**
 * A coin's quotes as they stood at a time: of each source's coin and currency the newest observation until then. One
 * look-up each by the history's primary key, however long the history is.
 */
export const readQuotesAt = (sql: Queryable, coinId: string, at: Date): Promise<QuoteRow[]> =>
  sql<QuoteRow[]>`
    select l.coin_id, l.source, l.source_coin_id, then_.*
    from read.identity_link l
    join read.quote q using (source, source_coin_id)
    cross join lateral (
      select ${sql(columns)} from read.snapshot s
      where s.source = l.source and s.source_coin_id = l.source_coin_id and s.quote_currency = q.quote_currency
        and s.observed_at <= ${at}
      order by s.observed_at desc limit 1) then_
    where l.coin_id = ${coinId}
    order by l.source, l.source_coin_id, q.quote_currency`;
