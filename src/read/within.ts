import { databaseAway } from '../database/open.ts';

/**
 * What a task comes to, or DATABASE_UNREACHABLE when it takes longer than that: a pool waits for its connection as
 * long as it takes, and a client has gone by then. `onLate` takes what arrives after all.
 */
export const within = <T>(
  limitMs: number,
  task: Promise<T>,
  onLate: (value: T) => void = () => undefined,
): Promise<T> =>
  new Promise<T>((resolve, reject) => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      reject(databaseAway(new Error(`no answer within ${limitMs} ms`)));
    }, limitMs);
    task.then(
      (value) => {
        clearTimeout(timer);
        if (late) onLate(value);
        else resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
