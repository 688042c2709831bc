import type { Queryable } from '../../database/client.ts';
import { readCoinsById, type CoinRow } from '../graphql/coins.ts';
import { allOf, given } from '../graphql/fragments.ts';
import { piece, rowsOf, words, type Piece } from '../graphql/piece.ts';

export const marketOrders = [
  'market_cap_desc',
  'market_cap_asc',
  'volume_desc',
  'volume_asc',
  'id_asc',
  'id_desc',
] as const;
export type MarketOrder = (typeof marketOrders)[number];

export interface MarketFilter {
  /** Canonical ids; null: all. */
  coinIds: readonly string[] | null;
  /** In any case; null: all. */
  symbols: readonly string[] | null;
  names: readonly string[] | null;
  /** Of several coins with one of the symbols only the highest ranked. */
  topOnly: boolean;
}

/** One place for each order; each but the ids' has an index. */
const orderSql: Record<MarketOrder, string> = {
  market_cap_desc: 'market_cap desc nulls last, coin_id asc',
  market_cap_asc: 'market_cap asc nulls last, coin_id asc',
  volume_desc: 'volume_24h desc nulls last, coin_id asc',
  volume_asc: 'volume_24h asc nulls last, coin_id asc',
  id_asc: 'coin_id asc',
  id_desc: 'coin_id desc',
};

const conditions = ({ coinIds, symbols, names }: MarketFilter): Piece[] => [
  ...given(coinIds, (ids) => piece`coin_id = any(${[...ids]})`),
  ...given(symbols, (own) => piece`upper(symbol) = any(${own.map((symbol) => symbol.toUpperCase())})`),
  ...given(names, (own) => piece`lower(name) = any(${own.map((name) => name.toLowerCase())})`),
];

/** One page of the coins, by number: the table has some 30,000 rows. */
export async function readMarketPage(
  sql: Queryable,
  filter: MarketFilter,
  order: MarketOrder,
  { page, perPage }: { page: number; perPage: number },
): Promise<CoinRow[]> {
  const where = allOf(conditions(filter));
  const from = filter.topOnly
    ? piece`(select distinct on (upper(symbol)) coin_id, market_cap, volume_24h from read.coin where ${where}
        order by upper(symbol), rank asc nulls last, market_cap desc nulls last, coin_id) top`
    : piece`read.coin where ${where}`;
  const found = await rowsOf<{ coinId: string }>(
    sql,
    piece`
    select coin_id from ${from} order by ${words(orderSql[order])}
    limit ${perPage} offset ${(page - 1) * perPage}`,
  );
  const rows = await readCoinsById(
    sql,
    found.map(({ coinId }) => coinId),
  );
  return found.flatMap(({ coinId }) => rows.get(coinId) ?? []);
}
