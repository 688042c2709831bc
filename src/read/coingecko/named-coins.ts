import type { Queryable } from '../../database/client.ts';
import { resolveCoinIds } from '../graphql/coin-ids.ts';

/** The source whose ids clients of its shape use. */
const source = 'coingecko';

/**
 * The canonical coins that ids mean to a client of CoinGecko: first the coin that CoinGecko calls so, then whatever is
 * called so here. By the id as it was asked for; unknown ones are absent.
 */
export async function resolveGeckoIds(
  sql: Queryable,
  ids: readonly string[],
  sources: readonly string[],
): Promise<Map<string, string>> {
  const own = (id: string) => `${source}:${id}`;
  const found = await resolveCoinIds(sql, [...ids.map(own), ...ids], sources);
  return new Map(
    ids.flatMap((id) => {
      const coinId = found.get(own(id)) ?? found.get(id);
      return coinId === undefined ? [] : [[id, coinId] as const];
    }),
  );
}

/** What CoinGecko calls some coins, by canonical id; coins that it does not have are absent. */
export async function readGeckoIds(sql: Queryable, coinIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await sql<{ coinId: string; sourceCoinId: string }[]>`
    select distinct on (coin_id) coin_id, source_coin_id from read.identity_link
    where coin_id = any(${[...coinIds]}) and source = ${source}
    order by coin_id, source_coin_id`;
  return new Map(rows.map(({ coinId, sourceCoinId }) => [coinId, sourceCoinId]));
}
