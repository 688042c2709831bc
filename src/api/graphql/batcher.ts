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

interface Gathering<Key, Value> {
  keys: Key[];
  loaded: Promise<ReadonlyMap<string, Value>>;
}

/** A class, and its map is made late: a request has twenty of these, and uses one or two. */
class KeyBatcher<Key, Value> implements Batcher<Key, Value> {
  readonly #deps: BatcherDeps<Key, Value>;
  #asked: Map<string, Promise<Value | null>> | null = null;
  #gathering: Gathering<Key, Value> | null = null;

  constructor(deps: BatcherDeps<Key, Value>) {
    this.#deps = deps;
  }

  #gather(): Gathering<Key, Value> {
    const keys: Key[] = [];
    const loaded = new Promise<void>((resolve) => {
      // The next tick comes when no promise is left to settle: so that what the items of a whole page ask for as their
      // own promises settle, one after the other, is in one batch.
      queueMicrotask(() => process.nextTick(resolve));
    }).then(() => {
      this.#gathering = null;
      return this.#deps.load(keys);
    });
    return { keys, loaded };
  }

  load(key: Key): Promise<Value | null> {
    this.#asked ??= new Map();
    const text = this.#deps.keyOf(key);
    const known = this.#asked.get(text);
    if (known) return known;
    this.#gathering ??= this.#gather();
    this.#gathering.keys.push(key);
    const value = this.#gathering.loaded.then((found) => found.get(text) ?? null);
    this.#asked.set(text, value);
    return value;
  }

  forget(): void {
    this.#asked = null;
    this.#gathering = null;
  }
}

/** For one request: it remembers everything it has loaded, until it is told to forget it. */
export const createBatcher = <Key, Value>(deps: BatcherDeps<Key, Value>): Batcher<Key, Value> =>
  new KeyBatcher(deps);
