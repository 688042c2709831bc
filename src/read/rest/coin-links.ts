import type { Queryable } from '../../database/client.ts';

/** The canonical coins of some of a source's coins. */
export async function readCanonicalIds(
  sql: Queryable,
  source: string,
  sourceCoinIds: readonly string[],
): Promise<Map<string, string>> {
  const rows = await sql<{ sourceCoinId: string; coinId: string }[]>`
    select source_coin_id, coin_id from read.identity_link
    where source = ${source} and source_coin_id = any(${[...sourceCoinIds]})`;
  return new Map(rows.map(({ sourceCoinId, coinId }) => [sourceCoinId, coinId]));
}
