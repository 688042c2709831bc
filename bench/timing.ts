/** Seconds that a task takes. */
export async function seconds(task: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await task();
  return (performance.now() - startedAt) / 1000;
}

/** Collects how long each of many like calls took; what is done between them does not count. */
export interface Stopwatch {
  time<T>(task: () => Promise<T>): Promise<T>;
  /** Seconds of all calls. */
  total(): number;
  /** Milliseconds that a share (0..1) of the calls stayed within. */
  quantile(share: number): number;
}

export function createStopwatch(): Stopwatch {
  const took: number[] = [];
  return {
    async time(task) {
      const startedAt = performance.now();
      const result = await task();
      took.push(performance.now() - startedAt);
      return result;
    },
    total: () => took.reduce((sum, ms) => sum + ms, 0) / 1000,
    quantile(share) {
      const sorted = took.toSorted((a, b) => a - b);
      return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
    },
  };
}

/** The middle one. */
export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
