/**
 * As `Promise.all`, but it ends when all have ended, and fails with the first that failed: nothing is left behind that still
 * writes, or would read by a connection that whoever asked has given back: such a statement is sent in somebody else's session, or
 * never.
 */
export async function allSettled<T extends readonly Promise<unknown>[] | []>(
  promises: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
