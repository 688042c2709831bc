import type { Queryable } from '../database/client.ts';
import type { SourceCoin, SourceCoinRef } from '../identity/source-coin.ts';
import type { Fragment } from './graphql/fragments.ts';

type Row = Omit<SourceCoin, 'contracts'>;

async function readWhere(sql: Queryable, condition: Fragment): Promise<SourceCoin[]> {
  const rows = await sql<Row[]>`
    select c.source, c.source_coin_id, c.symbol, c.name, q.rank, q.price as price_usd, q.observed_at
    from read.source_coin c
    left join read.quote q on q.source = c.source and q.source_coin_id = c.source_coin_id and q.quote_currency = 'USD'
    where ${condition}
    order by c.source, c.source_coin_id`;
  return rows.map((row) => ({ ...row, contracts: [] }));
}

/** What is known of every source's coin, as far as it tells which coin it is; prices are its newest in USD. */
export const readSourceCoins = (sql: Queryable): Promise<SourceCoin[]> => readWhere(sql, sql`true`);

/**
 * Those of which something was folded after these checkpoints: whatever won carries the event that it came with. What a
 * swap has corrected may carry an older one, and is not found.
 */
export function readSourceCoinsSince(
  sql: Queryable,
  checkpoints: ReadonlyMap<string, number>,
): Promise<SourceCoin[]> {
  const since = sql`${sql.json(Object.fromEntries(checkpoints))}::jsonb`;
  const isNew = (row: string): Fragment => {
    const r = sql.unsafe(row);
    return sql`${r}.version > coalesce((${since} ->> ${r}.stream)::bigint, 0)`;
  };
  return readWhere(sql, sql`(${isNew('c')} or ${isNew('q')})`);
}

/** Some of them by name; those that no source has named are left out. */
export const readSourceCoinsNamed = (sql: Queryable, refs: readonly SourceCoinRef[]): Promise<SourceCoin[]> =>
  readWhere(
    sql,
    sql`(c.source, c.source_coin_id) in (
      select * from unnest(${refs.map(({ source }) => source)}::text[],
        ${refs.map(({ sourceCoinId }) => sourceCoinId)}::text[]))`,
  );
