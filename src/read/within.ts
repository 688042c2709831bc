import { databaseAway } from '../database/open.ts';

/**
 * What a task comes to, or DATABASE_UNREACHABLE when it takes longer than that: a pool waits for its connection as
 * long as it takes, and a client has gone by then. `onLate` takes what arrives after all.
 */
export async function within<T>(
  limitMs: number,
  task: Promise<T>,
  onLate: (value: T) => void = () => undefined,
): Promise<T> {
  const limit = Promise.withResolvers<never>();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    limit.reject(databaseAway(new Error(`no answer within ${limitMs} ms`)));
  }, limitMs);
  task.then(
    (value) => (late ? onLate(value) : undefined),
    () => undefined,
  );
  try {
    return await Promise.race([task, limit.promise]);
  } finally {
    clearTimeout(timer);
  }
}
