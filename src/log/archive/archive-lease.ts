import type { Sql } from '../../database/client.ts';
import { acquireLease, releaseLease } from '../../database/lease.ts';
import { CoinlogError } from '../../errors.ts';

const name = 'archive';
// Renewed with every batch; the database looks once more whatever happens to it.
const ttlMs = 2 * 60_000;

/**
 * Runs a task as the only one that moves or removes payloads: an archiver must not bring back what is being redacted,
 * and two redactions must not replace each other's files. `renew` is for every step of it. Throws BUSY.
 */
export async function asOnlyArchiver<T>(
  sql: Sql,
  holder: string,
  task: (renew: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const renew = async (): Promise<void> => {
    if (!(await acquireLease(sql, { name, holder, ttlMs })))
      throw new CoinlogError(
        'BUSY',
        'Another process is archiving or redacting, or was killed at it in the last two minutes: wait for it, then try again.',
      );
  };
  await renew();
  try {
    return await task(renew);
  } finally {
    await releaseLease(sql, name, holder);
  }
}
