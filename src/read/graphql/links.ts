import type { Queryable } from '../../database/client.ts';
import type { Evidence, LinkMethod } from '../../identity/decision.ts';
import type { SourceCoinRef } from '../../identity/source-coin.ts';

/** Which coin a source's coin is, and the event that says so. */
export interface LinkRow extends SourceCoinRef {
  coinId: string;
  method: LinkMethod;
  confidencePercent: number;
  evidence: Evidence;
  decidedAt: Date;
  stream: string;
  version: number;
}

/** The source coins of each coin, in a steady order. */
export async function readLinks(sql: Queryable, coinIds: readonly string[]): Promise<Map<string, LinkRow[]>> {
  const rows = await sql<LinkRow[]>`
    select coin_id, source, source_coin_id, method, confidence_percent, evidence, decided_at, stream, version
    from read.identity_link
    where coin_id = any(${[...coinIds]}) order by source, source_coin_id`;
  return Map.groupBy(rows, (row) => row.coinId);
}

/** The older ids that lead to each coin. */
export async function readAliases(
  sql: Queryable,
  coinIds: readonly string[],
): Promise<Map<string, string[]>> {
  const rows = await sql<{ alias: string; coinId: string }[]>`
    select alias, coin_id from read.coin_alias where coin_id = any(${[...coinIds]}) order by alias`;
  return new Map(
    [...Map.groupBy(rows, (row) => row.coinId)].map(([coinId, own]) => [
      coinId,
      own.map(({ alias }) => alias),
    ]),
  );
}
