/** Keeps one source below its requests a minute, within this process. */
export interface Pace {
  /** How long to wait before the next request may go; 0 when it may go now. Counts nothing yet. */
  waitMs(): number;
  spend(): void;
}

const windowMs = 60_000;

/** A sliding minute: a burst is fine, more than the limit within any 60 s never happens. */
export function createPace(requestsPerMinute: number, nowMs: () => number): Pace {
  let spent: number[] = [];
  return {
    waitMs() {
      spent = spent.filter((at) => at > nowMs() - windowMs);
      const oldest = spent.at(-requestsPerMinute);
      return oldest === undefined ? 0 : oldest + windowMs - nowMs();
    },
    spend() {
      spent.push(nowMs());
    },
  };
}

/** Full jitter: anything up to the doubled base, so that clients that failed together do not return together. */
export const backoffMs = (attempt: number, random: () => number): number =>
  Math.round(random() * Math.min(30_000, 500 * 2 ** attempt));
