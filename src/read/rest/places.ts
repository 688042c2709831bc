import type { Place } from './data-place.ts';

/** A row that was read, and how many stand before it. */
export interface KnownPlace {
  /** Rows up to and with it. */
  offset: number;
  place: Place;
}

export interface Places {
  /** The nearest known row that rows beginning at `offset` lie behind. */
  before(offset: number): KnownPlace | null;
  note(known: KnownPlace): void;
}

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

/** Where rows of one filter stand in the order. Rows far down that follow no known one still cost what lies above them. */
export function createPlaces(): Places {
  let known: KnownPlace[] = [];
  return {
    before: (offset) => known[rankOf(known, offset) - 1] ?? null,
    note(place) {
      const rank = rankOf(known, place.offset);
      if (known[rank - 1]?.offset !== place.offset) known.splice(rank, 0, place);
      // Every second one goes: the others are near enough to each other.
      if (known.length > placesKept) known = known.filter((_, index) => index % 2 === 0);
    },
  };
}
