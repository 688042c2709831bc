import { LRUCache } from 'lru-cache';

/** A map of what was used last, within a limit; what was not used for longest goes first. */
export interface Lru<Value> {
  get(key: string): Value | undefined;
  /** Without using it. */
  has(key: string): boolean;
  /** What is larger than a quarter of the limit is not kept: it would drive out most of the others. */
  set(key: string, value: Value): void;
  clear(): void;
  readonly count: number;
  /** The sum of the sizes of what is kept. */
  readonly size: number;
}

/** `sizeOf`: a whole number, more than 1. */
export function createLru<Value extends object | string>(
  maxSize: number,
  sizeOf: (key: string, value: Value) => number,
): Lru<Value> {
  const kept = new LRUCache<string, Value>({
    // Without a limit it would keep everything: within 1 there is room for nothing.
    maxSize: Math.max(1, maxSize),
    maxEntrySize: Math.max(1, Math.floor(maxSize / 4)),
    sizeCalculation: (value, key) => sizeOf(key, value),
  });
  return {
    has: (key) => kept.has(key),
    get: (key) => kept.get(key),
    set: (key, value) => void kept.set(key, value),
    clear: () => kept.clear(),
    get count() {
      return kept.size;
    },
    get size() {
      return kept.calculatedSize;
    },
  };
}
