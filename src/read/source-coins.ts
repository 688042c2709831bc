import type { Queryable } from '../database/client.ts';
import type { SourceCoin } from '../identity/source-coin.ts';

type Row = Omit<SourceCoin, 'contracts'>;

/** What is known of every source's coin, as far as it tells which coin it is; prices are its newest in USD. */
export async function readSourceCoins(sql: Queryable): Promise<SourceCoin[]> {
  const rows = await sql<Row[]>`
    select c.source, c.source_coin_id, c.symbol, c.name, q.rank, q.price as price_usd, q.observed_at
    from read.source_coin c
    left join read.quote q on q.source = c.source and q.source_coin_id = c.source_coin_id and q.quote_currency = 'USD'
    order by c.source, c.source_coin_id`;
  return rows.map((row) => ({ ...row, contracts: [] }));
}
