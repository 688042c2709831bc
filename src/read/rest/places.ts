import type { Place } from './data-place.ts';

/** A row that was met on a page, and how many stand before it. */
export interface KnownPlace {
  /** Rows up to and with it. */
  offset: number;
  place: Place;
}

export interface Places {
  /** The nearest known row that a page beginning at `offset` lies behind. */
  before(version: number, filter: string, offset: number): KnownPlace | null;
  note(version: number, filter: string, known: KnownPlace): void;
}

// Together some 20 MB at most.
const filtersKept = 200;
const placesKept = 1_000;

/**
 * Where pages ended, while the read model stays as it is: the row before the next page is then known, and nothing above it is
 * read again. A page far down that follows no other one still costs what lies above it. With another version all of it
 * is forgotten.
 */
export function createPlaces(): Places {
  let current = -1;
  const byFilter = new Map<string, KnownPlace[]>();

  function turnTo(version: number): void {
    if (version === current) return;
    byFilter.clear();
    current = version;
  }

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

  return {
    before(version, filter, offset) {
      turnTo(version);
      const known = byFilter.get(filter) ?? [];
      return known[rankOf(known, offset) - 1] ?? null;
    },
    note(version, filter, { offset, place }) {
      // A session that began before the last commit tells of what is gone.
      if (version !== current) return;
      const known = byFilter.get(filter) ?? [];
      byFilter.delete(filter);
      byFilter.set(filter, known);
      const rank = rankOf(known, offset);
      if (known[rank - 1]?.offset !== offset) known.splice(rank, 0, { offset, place });
      // Every second one: the rest are as far apart as they have to be.
      if (known.length > placesKept)
        byFilter.set(
          filter,
          known.filter((_, index) => index % 2 === 0),
        );
      for (const oldest of byFilter.keys()) {
        if (byFilter.size <= filtersKept) return;
        byFilter.delete(oldest);
      }
    },
  };
}
