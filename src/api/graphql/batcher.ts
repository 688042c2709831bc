/** Gathers what is asked for one by one, so that it is loaded together, and once. */
export interface Batcher<Key, Value> {
  /** Null when it was not found. */
  load(key: Key): Promise<Value | null>;
  /** From here on everything is loaded anew. */
  forget(): void;
}

export interface BatcherDeps<Key, Value> {
  keyOf: (key: Key) => string;
  load: (keys: Key[]) => Promise<ReadonlyMap<string, Value>>;
}

/** For one request: it remembers everything it has loaded, until it is told to forget it. */
export function createBatcher<Key, Value>({ keyOf, load }: BatcherDeps<Key, Value>): Batcher<Key, Value> {
  const asked = new Map<string, Promise<Value | null>>();
  let gathering: { keys: Key[]; loaded: Promise<ReadonlyMap<string, Value>> } | null = null;

  function gather() {
    const keys: Key[] = [];
    const loaded = new Promise<void>((resolve) => {
      // The next tick comes when no promise is left to settle: so that what the items of a whole page ask for as their
      // own promises settle, one after the other, is in one batch.
      queueMicrotask(() => process.nextTick(resolve));
    }).then(() => {
      gathering = null;
      return load(keys);
    });
    return { keys, loaded };
  }

  return {
    load(key) {
      const text = keyOf(key);
      const known = asked.get(text);
      if (known) return known;
      gathering ??= gather();
      gathering.keys.push(key);
      const value = gathering.loaded.then((found) => found.get(text) ?? null);
      asked.set(text, value);
      return value;
    },
    forget() {
      asked.clear();
      gathering = null;
    },
  };
}
