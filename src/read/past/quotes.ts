import type { Queryable } from '../../database/client.ts';
import type { QuoteRow } from '../graphql/quotes.ts';
import { readMembers, type Member } from './members.ts';
import { until, type Moment } from './moment.ts';
import { newestReading } from './readings.ts';

/** A quote as it stood at a moment, with what its source called the coin. */
export interface PastQuoteRow extends QuoteRow {
  symbol: string | null;
  name: string;
}

/** The newest quotes of some source coins at a moment, each by look-ups, however long the history is. */
async function readQuotesOf(
  sql: Queryable,
  moment: Moment,
  members: readonly Member[],
): Promise<PastQuoteRow[]> {
  const asked = {
    source: sql`m.source`,
    sourceCoinId: sql`m.source_coin_id`,
    currency: sql`q.quote_currency`,
    observed: sql`s.observed_at <= ${until(moment)}`,
  };
  return sql<PastQuoteRow[]>`
    select m.coin_id, m.source, m.source_coin_id, q.quote_currency, r.*
    from unnest(${members.map(({ source }) => source)}::text[],
      ${members.map(({ sourceCoinId }) => sourceCoinId)}::text[],
      ${members.map(({ coinId }) => coinId)}::text[]) as m (source, source_coin_id, coin_id)
    cross join lateral (
      select k.quote_currency from read.quote k where k.source = m.source and k.source_coin_id = m.source_coin_id
      union
      select k.quote_currency from control.corrected k
      where k.source = m.source and k.source_coin_id = m.source_coin_id) q
    cross join lateral (${newestReading(sql, moment, asked)}) r
    order by m.source, m.source_coin_id, q.quote_currency`;
}

/** The quotes of some coins at a moment; of all coins where none are named. */
export async function readPastQuotes(
  sql: Queryable,
  moment: Moment,
  coinIds: readonly string[] | null,
): Promise<Map<string, PastQuoteRow[]>> {
  const members = await readMembers(sql, moment, coinIds);
  const rows = members.length === 0 ? [] : await readQuotesOf(sql, moment, members);
  return Map.groupBy(rows, (row) => row.coinId);
}
