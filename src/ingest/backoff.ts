/** Full jitter: anything up to the doubled base, so that clients that failed together do not return together. */
export const backoffMs = (attempt: number, random: () => number): number =>
  Math.round(random() * Math.min(30_000, 500 * 2 ** attempt));

/** An upstream told everybody the same time: come a little later than it said, and not all at once. */
export const afterRetryAfterMs = (waitMs: number, random: () => number): number =>
  waitMs + Math.round(random() * 1_000);
