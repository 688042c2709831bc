import { allSettled } from '../../all-settled.ts';
import type { Queryable } from '../../database/client.ts';

export interface DataSummary {
  /** Distinct ids that sources give their coins; two sources with the same id count once. */
  uniqueCoins: number;
  /** Distinct coins once the sources' ids are linked. */
  canonicalCoins: number;
  /** When each source's newest row was recorded. */
  latestUpdates: Map<string, Date>;
}

interface Counts {
  uniqueCoins: number;
  canonicalCoins: number;
}

/**
 * Counts come from the two small tables of coins (`select distinct` hashes; `count(distinct …)` would sort). The
 * newest row of a source is the first of that source from the new end of `(processed_at desc, id desc)`: at once for
 * a source that is polled, a walk back to it for one long silent.
 */
export async function readSummary(sql: Queryable): Promise<DataSummary> {
  const [counts, latest] = await allSettled([
    sql<Counts[]>`
      select
        (select count(*) from (select distinct source_coin_id from read.source_coin) ids) as unique_coins,
        (select count(*) from (select distinct coin_id from read.identity_link) coins) as canonical_coins`,
    sql<{ source: string; processedAt: Date }[]>`
      select k.source, s.processed_at
      from read.source k
      cross join lateral (
        select processed_at from read.snapshot
        where source = k.source order by processed_at desc, id desc limit 1) s
      where k.snapshots > 0 order by k.source`,
  ]);
  const { uniqueCoins = 0, canonicalCoins = 0 } = counts[0] ?? {};
  return {
    uniqueCoins,
    canonicalCoins,
    latestUpdates: new Map(latest.map((row) => [row.source, row.processedAt])),
  };
}
