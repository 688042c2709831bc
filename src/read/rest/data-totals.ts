import type { Queryable } from '../../database/client.ts';
import { matchesNothing, matchingCoins, type CoinFilter } from './coin-filter.ts';

/** Source coins, as two lists of the same length. */
export interface CoinList {
  sources: string[];
  sourceCoinIds: string[];
}

export interface DataTotals {
  /** Rows of the history that the filter lets through. */
  matching: number;
  /** Rows of the history. */
  whole: number;
  /** The coins that it lets through, where it names any and they are few; null: to be found by the filter itself. */
  coins: CoinList | null;
}

const nothing: DataTotals = { matching: 0, whole: 0, coins: null };

/** As many are handed to a statement rather than found once more: a pass over the source coins takes some 5 ms. */
const coinsListed = 1_000;

type Row = Omit<DataTotals, 'coins'> & { sources: string[] | null; ids: string[] | null };

/**
 * Exact, and never by counting the history: each source and each source coin knows how many rows it has. Reads a row
 * per source, and where a coin is filtered by, one pass over about 30,000 source coins.
 */
export async function readDataTotals(sql: Queryable, filter: CoinFilter): Promise<DataTotals> {
  if (matchesNothing(filter)) return nothing;
  const { source, coinId, symbol } = filter;
  const whole = sql`coalesce((select sum(snapshots) from read.source), 0)::bigint as whole`;
  if (coinId === null && symbol === null) {
    const [totals] = await sql<Omit<DataTotals, 'coins'>[]>`
      select coalesce(sum(snapshots) filter (where ${source === null ? sql`true` : sql`source = ${source}`}), 0)::bigint
        as matching, ${whole} from read.source`;
    return totals ? { ...totals, coins: null } : nothing;
  }
  const [row] = await sql<Row[]>`
    select coalesce(sum(snapshots), 0)::bigint as matching, ${whole},
      case when count(*) <= ${coinsListed} then array_agg(source) end as sources,
      case when count(*) <= ${coinsListed} then array_agg(source_coin_id) end as ids
    from read.source_coin c where ${matchingCoins(sql, filter)}`;
  if (!row) return nothing;
  const { matching, sources, ids } = row;
  return { matching, whole: row.whole, coins: sources && ids && { sources, sourceCoinIds: ids } };
}
