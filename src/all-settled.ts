/**
 * As `Promise.all`, but it ends when all have ended, and fails with the first that failed: nothing is left behind that still
 * writes, or would read by a connection that whoever asked has given back. A statement for such a connection is never sent.
 */
export async function allSettled<T extends readonly unknown[]>(
  promises: readonly [...{ [K in keyof T]: Promise<T[K]> }],
): Promise<T> {
  await Promise.allSettled(promises);
  return Promise.all(promises) as unknown as Promise<T>;
}
