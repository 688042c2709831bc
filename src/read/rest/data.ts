import type { Queryable } from '../../database/client.ts';
import { matchesNothing, type CoinFilter } from './coin-filter.ts';
import { choosePlan, readDataPage, type PageRows, type Slice } from './data-page.ts';
import { encodePlace, type Place } from './data-place.ts';
import { readDataTotals, type DataTotals } from './data-totals.ts';
import { createPlaces, type FilterMemory } from './places.ts';

export interface DataPage {
  /** A JSON array of its rows. */
  json: string;
  count: number;
  /** Of all pages. */
  total: number;
  /** For the rows behind the last one; null where there are none. */
  next: string | null;
}

/** Rows, by their number or by the row before them. */
export type Wanted = { limit: number } & ({ offset: number } | { behind: Place });

export type ReadData = (
  sql: Queryable,
  version: number,
  filter: CoinFilter,
  wanted: Wanted,
) => Promise<DataPage>;

const empty: PageRows = { json: '[]', count: 0, end: null };

// Beyond the end so many rows may be read for nothing.
const atOnceMax = 1_000;

/**
 * Where no coin is asked for the order's own index is walked, whatever there is: totals and rows are asked for at once. Else
 * the totals decide how, and past the end nothing is read.
 */
async function readBoth(
  sql: Queryable,
  filter: CoinFilter,
  memory: FilterMemory,
  { first, slice }: { first: number; slice: Slice },
): Promise<{ totals: DataTotals; page: PageRows }> {
  const ofCoins = filter.coinId !== null || filter.symbol !== null;
  const reading = memory.totals ?? readDataTotals(sql, filter);
  if (!ofCoins && !matchesNothing(filter) && slice.offset <= atOnceMax) {
    const page = readDataPage(sql, { filter, coins: null, slice, plan: 'walk' });
    const [totals, rows] = await Promise.all([reading, page]);
    return { totals, page: rows };
  }
  const totals = await reading;
  if (first >= totals.matching) return { totals, page: empty };
  const plan = ofCoins ? choosePlan(totals, slice) : 'walk';
  return { totals, page: await readDataPage(sql, { filter, coins: totals.coins, slice, plan }) };
}

/** Pages of the history and how much there is in all, with a memory of where pages ended. */
export function createDataReader(): ReadData {
  const places = createPlaces();

  return async (sql, version, filter, wanted) => {
    const { limit } = wanted;
    const memory = places.of(version, JSON.stringify(filter));
    const first = 'offset' in wanted ? wanted.offset : 0;
    // A page that follows another one begins where that ended.
    const known = 'behind' in wanted ? { offset: 0, place: wanted.behind } : memory.before(first);
    const slice = { behind: known?.place ?? null, offset: first - (known?.offset ?? 0), limit };
    const { totals, page } = await readBoth(sql, filter, memory, { first, slice });
    memory.totals = totals;
    const { json, count, end } = page;
    if ('offset' in wanted && end !== null) memory.note({ offset: first + count, place: end });
    return { json, count, total: totals.matching, next: end && encodePlace(end, filter) };
  };
}
