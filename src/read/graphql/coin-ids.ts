import type { Queryable } from '../../database/client.ts';
import type { SourceCoinRef } from '../../identity/source-coin.ts';
import { sourceCoinOf } from '../../projections/identity/own-coin-id.ts';

/** Whose coin a bare id means, when several sources use it; any other source comes after them. */
const preferredSources = ['coingecko', 'coinpaprika', 'csv'];

/**
 * Pure: which source coins an id may mean, the likeliest first: `coingecko:bitcoin`, the id it had before anybody
 * decided (`coingecko.bitcoin`), then `bitcoin` of any source.
 */
export function candidatesOf(id: string, sources: readonly string[]): SourceCoinRef[] {
  const others = sources.filter((source) => !preferredSources.includes(source));
  const bare = [...preferredSources, ...others].map((source) => ({ source, sourceCoinId: id }));
  const colon = id.indexOf(':');
  if (colon >= 0) return [{ source: id.slice(0, colon), sourceCoinId: id.slice(colon + 1) }, ...bare];
  const own = sourceCoinOf(id);
  return own === null ? bare : [own, ...bare];
}

/** The canonical id that an id leads to: itself, a coin it was merged into, or that of a source's coin. */
export async function resolveCoinIds(
  sql: Queryable,
  ids: readonly string[],
  sources: readonly string[],
): Promise<Map<string, string>> {
  const candidates = ids.flatMap((id) => candidatesOf(id, sources).map((coin) => ({ id, ...coin })));
  const rows = await sql<{ id: string; coinId: string }[]>`
    select distinct on (id) id, coin_id from (
      select coin_id as id, coin_id, 0 as place from read.coin where coin_id = any(${[...ids]})
      union all
      select alias, coin_id, 1 from read.coin_alias where alias = any(${[...ids]})
      union all
      select c.id, l.coin_id, 1 + c.place
      from unnest(${candidates.map(({ id }) => id)}::text[],
        ${candidates.map(({ source }) => source)}::text[],
        ${candidates.map(({ sourceCoinId }) => sourceCoinId)}::text[])
        with ordinality as c (id, source, source_coin_id, place)
      join read.identity_link l using (source, source_coin_id)
    ) found
    order by id, place`;
  return new Map(rows.map(({ id, coinId }) => [id, coinId]));
}

/** The canonical id of one; null where nothing is called so. */
export async function resolveCoinId(
  sql: Queryable,
  id: string,
  sources: readonly string[],
): Promise<string | null> {
  return (await resolveCoinIds(sql, [id], sources)).get(id) ?? null;
}
