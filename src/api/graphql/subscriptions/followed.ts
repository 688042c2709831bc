/** The coins that anybody follows, each as often as it is followed. */
export interface Followed {
  /** Returns what ends it. */
  add(ids: readonly string[]): () => void;
  ids(): readonly string[];
  /** How often it has changed. */
  readonly changes: number;
}

export function createFollowed(): Followed {
  const counts = new Map<string, number>();
  let changes = 0;
  const count = (ids: readonly string[], by: 1 | -1) => {
    changes += 1;
    for (const id of ids) {
      const left = (counts.get(id) ?? 0) + by;
      if (left === 0) counts.delete(id);
      else counts.set(id, left);
    }
  };
  return {
    add(ids) {
      count(ids, 1);
      let ended = false;
      return () => {
        if (!ended) count(ids, -1);
        ended = true;
      };
    },
    ids: () => [...counts.keys()],
    get changes() {
      return changes;
    },
  };
}
