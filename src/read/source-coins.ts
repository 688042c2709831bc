import type { Queryable } from '../database/client.ts';
import type { SourceCoin } from '../identity/source-coin.ts';

type Row = Omit<SourceCoin, 'contracts' | 'isActive' | 'mappedIds' | 'declaredIds'> & {
  contracts: SourceCoin['contracts'] | null;
  isActive: boolean | null;
  mappedIds: NonNullable<SourceCoin['mappedIds']> | null;
  declaredIds: NonNullable<SourceCoin['declaredIds']> | null;
};

/**
 * What is known of every source's coin, as far as it tells which coin it is; prices are its newest in USD, contracts and
 * ids of other sources are those of its listings. In one order, so that the same is the same text.
 *
 * A list that tells a contract each keeps what it said of a coin that has lost it since. A contract is one token: of
 * several coins that had it, it is that of the one which is still followed, and of those the one that was told last. One
 * that is no longer followed counts where the coin has no other on that platform.
 */
export async function readSourceCoins(sql: Queryable): Promise<SourceCoin[]> {
  const rows = await sql<Row[]>`
    with told as (
      select l.source, l.source_coin_id, l.stream, l.part, l.version, l.record_index, c.platform, c.address,
        l.part <> '' and l.is_active is false as is_old
      from read.listing l cross join lateral jsonb_to_recordset(l.contracts) as c (platform text, address text)
      where l.contracts <> '[]'
    ), owned as (
      select *, bool_and(is_old) over (partition by source, source_coin_id, platform) as has_no_other,
        case when part = '' then source_coin_id else first_value(source_coin_id) over (
          partition by stream, part = '', platform, case when address ~ '^0[xX]' then lower(address) else address end
          order by is_old, version desc, record_index desc) end as owner
      from told
    ), contract as (
      select source, source_coin_id,
        jsonb_agg(distinct jsonb_build_object('platform', platform, 'address', address)) as contracts
      from owned where owner = source_coin_id and (not is_old or has_no_other)
      group by source, source_coin_id
    ), word as (
      select source, source_coin_id, bool_and(is_active) as is_active,
        jsonb_path_query_array(jsonb_agg(mapped_ids order by stream) filter (where mapped_ids <> '[]'), '$[*][*]')
          as mapped_ids,
        jsonb_path_query_array(jsonb_agg(declared_ids order by stream) filter (where declared_ids <> '[]'), '$[*][*]')
          as declared_ids
      from read.listing where part = ''
      group by source, source_coin_id
    )
    select c.source, c.source_coin_id, c.symbol, c.name, q.rank, q.price as price_usd, q.observed_at,
      k.contracts, w.is_active, w.mapped_ids, w.declared_ids
    from read.source_coin c
    left join read.quote q on q.source = c.source and q.source_coin_id = c.source_coin_id and q.quote_currency = 'USD'
    left join contract k on k.source = c.source and k.source_coin_id = c.source_coin_id
    left join word w on w.source = c.source and w.source_coin_id = c.source_coin_id
    order by c.source, c.source_coin_id`;
  return rows.map(({ contracts, isActive, mappedIds, declaredIds, ...row }) => ({
    ...row,
    contracts: contracts ?? [],
    ...(isActive !== null && { isActive }),
    ...(mappedIds !== null && { mappedIds }),
    ...(declaredIds !== null && { declaredIds }),
  }));
}
