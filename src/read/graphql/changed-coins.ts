import type { Queryable } from '../../database/client.ts';
import type { PastCoinRow } from '../past/coins.ts';

/** A coin as it is now, with who tells of it: what any filter needs. */
export type ChangedCoin = PastCoinRow;

export interface Changes {
  coins: ReadonlyMap<string, ChangedCoin>;
  /** Of those asked for, the ids that are no coin any more. */
  gone: readonly string[];
}

type Found = Omit<ChangedCoin, 'name'> & { followedId: string; name: string | null };

/** Those of some coins that a later version than `from` has changed, and those that are none now; in one statement. */
export async function readChangedCoins(
  sql: Queryable,
  coinIds: readonly string[],
  from: number,
): Promise<Changes> {
  const rows = await sql<Found[]>`
    select f.coin_id as followed_id, c.*,
      (select array_agg(distinct l.source) from read.identity_link l where l.coin_id = c.coin_id) as sources
    from unnest(${[...coinIds]}::text[]) as f (coin_id) left join read.coin c using (coin_id)
    where c.coin_id is null or c.changed_version > ${from}`;
  const coins = new Map<string, ChangedCoin>();
  const gone: string[] = [];
  for (const { followedId, name, ...row } of rows)
    if (name === null) gone.push(followedId);
    else coins.set(followedId, { ...row, name, sources: row.sources ?? [] });
  return { coins, gone };
}

/** Before this version nothing can be told: the rebuild that was swapped in with it began counting anew. */
export async function readOldestVersion(sql: Queryable): Promise<number> {
  const [row] = await sql<{ rebuiltVersion: number }[]>`select rebuilt_version from read.read_model`;
  return row?.rebuiltVersion ?? 0;
}
