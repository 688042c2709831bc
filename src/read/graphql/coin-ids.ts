import type { Queryable } from '../../database/client.ts';

/** What a source calls a coin. */
export interface SourceCoin {
  source: string;
  sourceCoinId: string;
}

/** Whose coin a bare id means, when several sources use it; any other source comes after them. */
const preferredSources = ['coingecko', 'coinpaprika', 'csv'];

/** Pure: which source coins an id may mean, the likeliest first: `coingecko:bitcoin`, then `bitcoin` of any source. */
export function candidatesOf(id: string, sources: readonly string[]): SourceCoin[] {
  const others = sources.filter((source) => !preferredSources.includes(source));
  const bare = [...preferredSources, ...others].map((source) => ({ source, sourceCoinId: id }));
  const colon = id.indexOf(':');
  return colon < 0 ? bare : [{ source: id.slice(0, colon), sourceCoinId: id.slice(colon + 1) }, ...bare];
}

/** The canonical id that an id leads to: itself, or that of a source's coin. Null where nothing is called so. */
export async function resolveCoinId(
  sql: Queryable,
  id: string,
  sources: readonly string[],
): Promise<string | null> {
  const candidates = candidatesOf(id, sources);
  const [row] = await sql<{ coinId: string }[]>`
    select coin_id from (
      select coin_id, 0 as place from read.coin where coin_id = ${id}
      union all
      select l.coin_id, c.place
      from unnest(${candidates.map(({ source }) => source)}::text[],
        ${candidates.map(({ sourceCoinId }) => sourceCoinId)}::text[]) with ordinality as c (source, source_coin_id, place)
      join read.identity_link l using (source, source_coin_id)
    ) found
    order by place limit 1`;
  return row?.coinId ?? null;
}

/** The source coins of each coin, in a steady order. */
export async function readLinks(
  sql: Queryable,
  coinIds: readonly string[],
): Promise<Map<string, SourceCoin[]>> {
  const rows = await sql<(SourceCoin & { coinId: string })[]>`
    select coin_id, source, source_coin_id from read.identity_link
    where coin_id = any(${[...coinIds]}) order by source, source_coin_id`;
  return Map.groupBy(rows, (row) => row.coinId);
}
