import type { Queryable } from '../database/client.ts';
import type { ConsensusMethod } from '../identity/consensus.ts';

/** How far a coin's quotes are apart. */
export interface CoinSpread {
  coinId: string;
  name: string;
  rank: number | null;
  method: ConsensusMethod;
  /** A number as text; null with fewer than two quotes in the consensus. */
  spreadPercent: string | null;
  quotesUsed: number;
  linkedSources: number;
}

/** Coins whose quotes are further apart than this, or disagree; and those named, however they stand. */
export const readSpreads = (
  sql: Queryable,
  abovePercent: number,
  coinIds: readonly string[],
): Promise<CoinSpread[]> =>
  sql<CoinSpread[]>`
    select coin_id, name, rank, method, spread_percent, quotes_used, linked_sources from read.coin
    where spread_percent > ${abovePercent} or method in ('trimmed', 'trusted') or coin_id = any(${[...coinIds]})
    order by rank nulls last, coin_id`;
