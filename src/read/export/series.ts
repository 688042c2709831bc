import type { Queryable } from '../../database/client.ts';
import { readMembers } from '../past/members.ts';
import type { Moment } from '../past/moment.ts';

/** One source coin in one currency: what an export goes through one after the other. */
export interface Series {
  source: string;
  sourceCoinId: string;
  currency: string;
  /** Which coin it is, or was at the moment. */
  coinId: string;
}

/**
 * Every series of a coin, or of all coins, in a steady order. As many as there are source coins, whatever the length of
 * the history.
 */
export async function readSeries(
  sql: Queryable,
  moment: Moment,
  { coinId, source }: { coinId: string | null; source: string | null },
): Promise<Series[]> {
  const members = await readMembers(sql, moment, coinId === null ? null : [coinId]);
  const wanted = members.filter((member) => source === null || member.source === source);
  return await sql<Series[]>`
    select m.source, m.source_coin_id, q.quote_currency as currency, m.coin_id
    from unnest(${wanted.map((member) => member.source)}::text[],
      ${wanted.map(({ sourceCoinId }) => sourceCoinId)}::text[],
      ${wanted.map((member) => member.coinId)}::text[]) as m (source, source_coin_id, coin_id)
    join read.quote q using (source, source_coin_id)
    order by m.source collate "C", m.source_coin_id collate "C", q.quote_currency collate "C"`;
}
