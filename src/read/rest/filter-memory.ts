import { createLru } from '../../lru.ts';
import type { ReadVersion } from '../versions.ts';
import type { DataTotals } from './data-totals.ts';
import { createPlaces, type Places } from './places.ts';
import { createRowBlocks, noRowBlocks, type RowBlocks } from './row-blocks.ts';

/** What is known of one filter's rows, in one version of the read model. */
export interface FilterMemory {
  places: Places;
  blocks: RowBlocks;
  /** Read once. */
  totals(read: () => Promise<DataTotals>): Promise<DataTotals>;
}

export interface FilterMemories {
  /** Null: nothing is to be remembered, and nothing known. */
  of(version: ReadVersion | null, filter: string): FilterMemory;
}

const filtersKept = 200;
const beyondLatin = /[\u0100-\uffff]/;
// Latin text takes a byte a character, any other text two; of 340 characters 48 bytes are what a string takes besides.
const bytesOf = (name: string, rows: string[]): number =>
  rows.reduce((sum, row) => sum + row.length * (beyondLatin.test(row) ? 2 : 1) + 48, 2 * name.length);

function createFilterMemory(blocks: RowBlocks): FilterMemory {
  let totals: Promise<DataTotals> | null = null;
  return {
    places: createPlaces(),
    blocks,
    totals(read) {
      totals ??= read().catch((error: unknown) => {
        totals = null;
        throw error;
      });
      return totals;
    },
  };
}

/**
 * Which coins a filter means, how many rows it has, where its blocks ended and what was in them, while the read model stays
 * as it is: nothing of that is read again for the next page. With another version all of it is forgotten. What is put in while
 * the version moves may be of the next one: whoever takes it out has to ask again whether it has moved.
 */
export function createFilterMemories(rowBytesMax: number): FilterMemories {
  let current: ReadVersion = { epoch: '', version: -1 };
  let byFilter = new Map<string, FilterMemory>();
  let kept = createLru(rowBytesMax, bytesOf);

  function turnTo(version: ReadVersion): void {
    current = version;
    // Anew, and not emptied: what is being read goes into the old ones.
    byFilter = new Map();
    kept = createLru(rowBytesMax, bytesOf);
  }

  const blocksOf = (filter: string): RowBlocks =>
    rowBytesMax === 0 ? noRowBlocks : createRowBlocks(kept, filter);

  return {
    of(version, filter) {
      const sameLog = version?.epoch === current.epoch;
      // A session that began before the last commit: what it is told is of no use to others.
      if (version === null || (sameLog && version.version < current.version))
        return createFilterMemory(noRowBlocks);
      if (!sameLog || version.version > current.version) turnTo(version);
      const memory = byFilter.get(filter) ?? createFilterMemory(blocksOf(filter));
      byFilter.delete(filter);
      byFilter.set(filter, memory);
      const [oldest] = byFilter.keys();
      if (byFilter.size > filtersKept && oldest !== undefined) byFilter.delete(oldest);
      return memory;
    },
  };
}
