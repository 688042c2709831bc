import type { Queryable } from '../../database/client.ts';
import { matchesNothing, type CoinFilter } from './coin-filter.ts';
import { choosePlan, readDataPage, type DataRow, type Slice } from './data-page.ts';
import { encodePlace, type Place } from './data-place.ts';
import { readDataTotals } from './data-totals.ts';
import { createPlaces } from './places.ts';

export interface DataPage {
  rows: DataRow[];
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

/** One more is looked for than the page takes: whether there are rows behind it. */
const oneMore = (slice: Slice): Slice => ({ ...slice, limit: slice.limit + 1 });

// Beyond the end so many rows may be read for nothing.
const atOnceMax = 1_000;

/**
 * Where no coin is asked for the order's own index is walked, whatever there is: totals and rows are asked for at once. Else
 * the totals decide how, and past the end nothing is read.
 */
async function readBoth(sql: Queryable, filter: CoinFilter, offset: number, slice: Slice) {
  const ofCoins = filter.coinId !== null || filter.symbol !== null;
  if (!ofCoins && !matchesNothing(filter) && slice.offset <= atOnceMax) {
    const [totals, found] = await Promise.all([
      readDataTotals(sql, filter),
      readDataPage(sql, filter, oneMore(slice), 'walk'),
    ]);
    return { total: totals.matching, found };
  }
  const totals = await readDataTotals(sql, filter);
  if (offset >= totals.matching) return { total: totals.matching, found: [] };
  const plan = ofCoins ? choosePlan(totals, { offset, limit: slice.limit }) : 'walk';
  return { total: totals.matching, found: await readDataPage(sql, filter, oneMore(slice), plan) };
}

/** Pages of the history and how much there is in all, with a memory of where pages ended. */
export function createDataReader(): ReadData {
  const places = createPlaces();

  /** From where to read: a page that follows another one begins where that ended. */
  function sliceOf(version: number, filter: CoinFilter, wanted: Wanted): Slice {
    const { limit } = wanted;
    if ('behind' in wanted) return { behind: wanted.behind, offset: 0, limit };
    const known = places.before(version, JSON.stringify(filter), wanted.offset);
    return { behind: known?.place ?? null, offset: wanted.offset - (known?.offset ?? 0), limit };
  }

  return async (sql, version, filter, wanted) => {
    const slice = sliceOf(version, filter, wanted);
    const offset = 'offset' in wanted ? wanted.offset : 0;
    const { total, found } = await readBoth(sql, filter, offset, slice);
    const rows = found.slice(0, wanted.limit);
    const last = rows.at(-1);
    if ('offset' in wanted && last !== undefined)
      places.note(version, JSON.stringify(filter), { offset: offset + rows.length, place: last });
    return { rows, total, next: last && found.length > rows.length ? encodePlace(last, filter) : null };
  };
}
