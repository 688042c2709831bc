import type { Queryable } from '../../database/client.ts';
import { matchesNothing, matchingCoins, type CoinFilter } from './coin-filter.ts';

export interface DataTotals {
  /** Rows of the history that the filter lets through. */
  matching: number;
  /** Rows of the history. */
  whole: number;
}

/**
 * Exact, and never by counting the history: each source and each source coin knows how many rows it has. Reads a row
 * per source, and where a coin is filtered by, one pass over about 30,000 source coins.
 */
export async function readDataTotals(sql: Queryable, filter: CoinFilter): Promise<DataTotals> {
  if (matchesNothing(filter)) return { matching: 0, whole: 0 };
  const { source, coinId, symbol } = filter;
  const bySource = sql`select sum(snapshots) from read.source where ${source === null ? sql`true` : sql`source = ${source}`}`;
  const byCoin = sql`select sum(snapshots) from read.source_coin c where ${matchingCoins(sql, filter)}`;
  const [totals] = await sql<DataTotals[]>`
    select coalesce((${coinId === null && symbol === null ? bySource : byCoin}), 0)::bigint as matching,
      coalesce((select sum(snapshots) from read.source), 0)::bigint as whole`;
  return totals ?? { matching: 0, whole: 0 };
}
