import type { Queryable } from '../../database/client.ts';
import { allSettled } from '../../all-settled.ts';
import type { ReadSession } from '../session.ts';
import { matchesNothing, type CoinFilter } from './coin-filter.ts';
import { choosePlan, readDataRows, type Slice } from './data-rows.ts';
import { encodePlace, placeOf, type Place } from './data-place.ts';
import { readDataTotals, type DataTotals } from './data-totals.ts';
import { createFilterMemories, type FilterMemory } from './filter-memory.ts';
import type { Span } from './row-blocks.ts';

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

export type ReadData = (session: ReadSession, filter: CoinFilter, wanted: Wanted) => Promise<DataPage>;

// Beyond the end so many rows may be read for nothing.
const atOnceMax = 1_000;

const namesCoins = ({ coinId, symbol }: CoinFilter): boolean => coinId !== null || symbol !== null;

/** Where no coin is asked for, the order's own index is walked, whatever there is. */
function readRows(sql: Queryable, filter: CoinFilter, totals: DataTotals | null, slice: Slice) {
  const plan = totals !== null && namesCoins(filter) ? choosePlan(totals, slice) : 'walk';
  return readDataRows(sql, { filter, coins: totals?.coins ?? null, slice, plan });
}

interface Found {
  rows: string[];
  total: number;
  isEnd: boolean;
}

/** Rows behind a known one, and whether there are more. */
async function readBehind(
  sql: Queryable,
  filter: CoinFilter,
  memory: FilterMemory,
  { behind, limit }: { behind: Place; limit: number },
): Promise<Found> {
  const totals = await memory.totals(() => readDataTotals(sql, filter));
  const found =
    totals.matching === 0 ? [] : await readRows(sql, filter, totals, { behind, offset: 0, limit: limit + 1 });
  return { rows: found.slice(0, limit), total: totals.matching, isEnd: found.length <= limit };
}

/** Rows by their numbers. Past the end nothing is read, where that is far from what is known. */
async function readByNumber(
  sql: Queryable,
  filter: CoinFilter,
  memory: FilterMemory,
  { offset, limit }: { offset: number; limit: number },
): Promise<Found> {
  const rowsOf = (totals: DataTotals | null, wanted: Span) =>
    memory.blocks.rows(wanted, async ({ start, end }) => {
      const known = memory.places.before(start);
      const slice = {
        behind: known?.place ?? null,
        offset: start - (known?.offset ?? 0),
        limit: end - start,
      };
      const rows = await readRows(sql, filter, totals, slice);
      const last = rows.at(-1);
      if (last !== undefined) memory.places.note({ offset: start + rows.length, place: placeOf(last) });
      return rows;
    });
  const reading = memory.totals(() => readDataTotals(sql, filter));
  const isNear = offset - (memory.places.before(offset)?.offset ?? 0) <= atOnceMax;
  const wanted = { start: offset, end: offset + limit };
  const isAtOnce = isNear && !namesCoins(filter) && !matchesNothing(filter);
  const [totals, atOnce] = await allSettled([
    reading,
    isAtOnce ? rowsOf(null, wanted) : Promise.resolve(null),
  ]);
  const end = Math.min(wanted.end, totals.matching);
  const rows = atOnce ?? (offset < end ? await rowsOf(totals, { start: offset, end }) : []);
  const isEnd = offset + limit >= totals.matching;
  return { rows, total: totals.matching, isEnd };
}

/** Pages of the history and how much there is in all, with a memory of what was read. */
export function createDataReader(rowBytesMax: number): ReadData {
  const memories = createFilterMemories(rowBytesMax);
  return async ({ sql, steady }, filter, wanted) => {
    const memory = memories.of(steady, JSON.stringify(filter));
    const { rows, total, isEnd } = await ('behind' in wanted
      ? readBehind(sql, filter, memory, wanted)
      : readByNumber(sql, filter, memory, wanted));
    const last = rows.at(-1);
    const next = isEnd || last === undefined ? null : encodePlace(placeOf(last), filter);
    return { json: `[${rows.join(',')}]`, count: rows.length, total, next };
  };
}
