export type Admission = { kind: 'admitted' } | { kind: 'refused'; retryAfterMs: number };

export interface SlidingWindow {
  /** Counts a request at that time, or refuses it; a refused one does not count. */
  admit(nowMs: number): Admission;
}

/** Lets at most `limit` requests through in any `windowMs`. */
export function createSlidingWindow({ limit, windowMs }: { limit: number; windowMs: number }): SlidingWindow {
  let admittedAtMs: number[] = [];
  return {
    admit(nowMs) {
      admittedAtMs = admittedAtMs.filter((atMs) => atMs > nowMs - windowMs);
      const oldest = admittedAtMs[0];
      if (oldest !== undefined && admittedAtMs.length >= limit) {
        return { kind: 'refused', retryAfterMs: oldest + windowMs - nowMs };
      }
      admittedAtMs.push(nowMs);
      return { kind: 'admitted' };
    },
  };
}
