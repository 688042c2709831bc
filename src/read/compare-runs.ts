import type { Queryable } from '../database/client.ts';
import type { Archive } from '../log/archive/archive.ts';
import { readCanonicalIds } from './rest/coin-links.ts';
import { compareCoinsOf, type CoinsCompared } from './run-comparison.ts';
import { findRunPlaces, readRunCoins } from './run-records.ts';

/** How many of the largest price moves a comparison tells. */
export const movesMax = 20;

export interface RunsCompared extends CoinsCompared {
  /** False: of a very large run, or one whose payloads are gone, not all coins were compared. */
  complete: boolean;
  /** The coin of each source coin whose price moved, where it has one. */
  canonical: ReadonlyMap<string, string>;
}

/** What became of the coins between two runs of one source, both of which are in the read model. */
export async function compareRunsOf(
  sql: Queryable,
  { source, base, other }: { source: string; base: string; other: string },
  archive: Archive,
): Promise<RunsCompared> {
  const places = await findRunPlaces(sql, [base, other]);
  const [first, second] = [places.get(base), places.get(other)];
  if (!first || !second) throw new RangeError('a run that was there is gone within one snapshot');
  const before = await readRunCoins(sql, first, archive);
  const after = await readRunCoins(sql, second, archive);
  const coins = compareCoinsOf(before, after, movesMax);
  const canonical = await readCanonicalIds(
    sql,
    source,
    coins.moves.map(({ sourceCoinId }) => sourceCoinId),
  );
  return { ...coins, complete: before.complete && after.complete, canonical };
}
