import type { DataTotals } from './data-totals.ts';
import type { Place } from './data-place.ts';

/** A row that was met on a page, and how many stand before it. */
export interface KnownPlace {
  /** Rows up to and with it. */
  offset: number;
  place: Place;
}

/** What is known of the pages of one filter, in one version. */
export interface FilterMemory {
  /** Null until they are read. */
  totals: DataTotals | null;
  /** The nearest known row that a page beginning at `offset` lies behind. */
  before(offset: number): KnownPlace | null;
  note(known: KnownPlace): void;
}

export interface Places {
  of(version: number, filter: string): FilterMemory;
}

// Together some 30 MB at most.
const filtersKept = 200;
const placesKept = 1_000;

/** How many of them lie at or before an offset: they are kept in order. */
function rankOf(known: readonly KnownPlace[], offset: number): number {
  let [low, high] = [0, known.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((known[middle]?.offset ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function createFilterMemory(): FilterMemory {
  let known: KnownPlace[] = [];
  return {
    totals: null,
    before: (offset) => known[rankOf(known, offset) - 1] ?? null,
    note(place) {
      const rank = rankOf(known, place.offset);
      if (known[rank - 1]?.offset !== place.offset) known.splice(rank, 0, place);
      // Every second one goes: the others are near enough to each other.
      if (known.length > placesKept) known = known.filter((_, index) => index % 2 === 0);
    },
  };
}

/**
 * Which coins a filter means, how many rows it has and where its pages ended, while the read model stays as it is: nothing of
 * that is read again for the next page. A page far down that follows no other one still costs what lies above it. With
 * another version all of it is forgotten.
 */
export function createPlaces(): Places {
  let current = -1;
  const byFilter = new Map<string, FilterMemory>();
  return {
    of(version, filter) {
      // A session that began before the last commit: what it is told is of no use to others.
      if (version < current) return createFilterMemory();
      if (version > current) byFilter.clear();
      current = version;
      const memory = byFilter.get(filter) ?? createFilterMemory();
      byFilter.delete(filter);
      byFilter.set(filter, memory);
      const [oldest] = byFilter.keys();
      if (byFilter.size > filtersKept && oldest !== undefined) byFilter.delete(oldest);
      return memory;
    },
  };
}
