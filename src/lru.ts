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

export function createLru<Value>(maxSize: number, sizeOf: (key: string, value: Value) => number): Lru<Value> {
  const kept = new Map<string, { value: Value; size: number }>();
  let size = 0;

  function drop(key: string): void {
    size -= kept.get(key)?.size ?? 0;
    kept.delete(key);
  }

  return {
    has: (key) => kept.has(key),
    get(key) {
      const found = kept.get(key);
      if (!found) return undefined;
      kept.delete(key);
      kept.set(key, found);
      return found.value;
    },
    set(key, value) {
      drop(key);
      const own = sizeOf(key, value);
      if (own > maxSize / 4) return;
      kept.set(key, { value, size: own });
      size += own;
      for (const oldest of kept.keys()) {
        if (size <= maxSize) return;
        drop(oldest);
      }
    },
    clear() {
      kept.clear();
      size = 0;
    },
    get count() {
      return kept.size;
    },
    get size() {
      return size;
    },
  };
}
