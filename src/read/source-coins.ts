import type { Fragment, Queryable } from '../database/client.ts';
import {
  coinKey,
  compareText,
  type Contract,
  type SourceCoin,
  type SourceCoinRef,
} from '../identity/source-coin.ts';

/** A source's coin with one of its listings; it comes once for each, and once without where it has none. */
interface Row extends Omit<SourceCoin, 'contracts' | 'isActive' | 'mappedIds' | 'declaredIds'> {
  stream: string | null;
  /** Which part of the coin the listing tells: empty for all of it. */
  part: string | null;
  isActive: boolean | null;
  contracts: Contract[] | null;
  mappedIds: SourceCoinRef[] | null;
  declaredIds: SourceCoinRef[] | null;
}

/**
 * In one order, so that the same is the same text; made here, since the database sorted 40,000 rows on disk, which took
 * half of the time.
 *
 * A list that tells a contract each keeps what it once said of a coin that has lost it since. A contract is one token: of
 * several coins that had it, it is that of the one which is still followed, and of those the one that was told last.
 */
async function readWhere(sql: Queryable, condition: Fragment): Promise<SourceCoin[]> {
  const rows = await sql<Row[]>`
    with told as (
      select source_coin_id, stream, part, is_active is false as is_old, version, record_index,
        -- Hexadecimal digits have no case that means anything.
        case when contracts #>> '{0,address}' ~ '^0[xX]' then lower(part) else part end as contract
      from read.listing where part <> ''
    ), shared as (
      -- Few are: sorting all of them to find out took half of the time.
      select stream, contract from told group by stream, contract having count(*) > 1
    ), lost as (
      select stream, part, source_coin_id
      from (
        select t.*, first_value(source_coin_id) over (
          partition by stream, contract order by is_old, version desc, record_index desc) as owner
        from told t join shared using (stream, contract)) t
      where source_coin_id <> owner
    )
    select c.source, c.source_coin_id, c.symbol, c.name, q.rank, q.price as price_usd, q.observed_at,
      l.stream, l.part, l.is_active, l.contracts, nullif(l.mapped_ids, '[]') as mapped_ids, nullif(l.declared_ids, '[]') as declared_ids
    from read.source_coin c
    left join read.quote q on q.source = c.source and q.source_coin_id = c.source_coin_id and q.quote_currency = 'USD'
    left join read.listing l on l.source = c.source and l.source_coin_id = c.source_coin_id
      and (l.stream, l.part, l.source_coin_id) not in (select stream, part, source_coin_id from lost)
    where ${condition}`;
  const byCoin = Map.groupBy(rows, coinKey);
  return [...byCoin.values()]
    .flatMap((own) => coinOf(own.toSorted(compareListings)))
    .sort((a, b) => compareText(a.source, b.source) || compareText(a.sourceCoinId, b.sourceCoinId));
}

const compareListings = (a: Row, b: Row): number =>
  compareText(a.stream ?? '', b.stream ?? '') || compareText(a.part ?? '', b.part ?? '');

/** A contract that is no longer followed counts where the coin has no other on that platform. */
function contractsOf(listings: readonly Row[]): Contract[] {
  const isOld = ({ part, isActive }: Row): boolean => part !== '' && isActive === false;
  const [old, current] = [listings.filter(isOld), listings.filter((listing) => !isOld(listing))];
  const contracts = current.flatMap((listing) => listing.contracts ?? []);
  if (old.length === 0) return contracts;
  const platforms = new Set(contracts.map(({ platform }) => platform));
  const others = old.flatMap((listing) => listing.contracts ?? []);
  return [...contracts, ...others.filter(({ platform }) => !platforms.has(platform))];
}

function coinOf(listings: readonly Row[]): SourceCoin[] {
  const [first] = listings;
  if (first === undefined) return [];
  const { source, sourceCoinId, symbol, name, rank, priceUsd, observedAt } = first;
  const known = { source, sourceCoinId, symbol, name, rank, priceUsd, observedAt };
  const words = listings.flatMap(({ part, isActive }) => (part === '' && isActive !== null ? isActive : []));
  const mappedIds = listings.flatMap((listing) => listing.mappedIds ?? []);
  const declaredIds = listings.flatMap((listing) => listing.declaredIds ?? []);
  const told = {
    ...(words.length > 0 && { isActive: words.every(Boolean) }),
    ...(mappedIds.length > 0 && { mappedIds }),
    ...(declaredIds.length > 0 && { declaredIds }),
  };
  return [{ ...known, contracts: contractsOf(listings), ...told }];
}

/**
 * What is known of every source's coin, as far as it tells which coin it is; prices are its newest in USD, contracts and
 * ids of other sources are those of its listings.
 */
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
  // A contract that another coin is told to have now is this one's no more.
  return readWhere(
    sql,
    sql`(${isNew('c')} or ${isNew('q')} or (c.source, c.source_coin_id) in (
      select n.source, n.source_coin_id from read.listing n where ${isNew('n')}
      union all
      select o.source, o.source_coin_id from read.listing n join read.listing o using (stream, part)
      where n.part <> '' and ${isNew('n')}))`,
  );
}

/** Some of them by name; those that no source has named are left out. */
export const readSourceCoinsNamed = (sql: Queryable, refs: readonly SourceCoinRef[]): Promise<SourceCoin[]> =>
  readWhere(
    sql,
    sql`(c.source, c.source_coin_id) in (
      select * from unnest(${refs.map(({ source }) => source)}::text[],
        ${refs.map(({ sourceCoinId }) => sourceCoinId)}::text[]))`,
  );
