import { setTimeout as sleep } from 'node:timers/promises';
import { CoinlogError, messageOf } from '../errors.ts';

/** A lock that was not to be had within its time limit, or a deadlock: nothing was changed. */
const inTheWay = (error: unknown): boolean =>
  typeof error === 'object' &&
  error !== null &&
  'code' in error &&
  ['55P03', '40P01'].includes(String(error.code));

/** Somebody else's work came in between, and was noticed by the database before anything was changed. */
const overtaken = (error: unknown): boolean =>
  typeof error === 'object' &&
  error !== null &&
  'code' in error &&
  ['40001', '42P01'].includes(String(error.code));

const attempts = 60;

/**
 * Exchanges one of a stream's tables, again and again until no reader is in the way: whoever waits for that lock holds
 * up every append, so that each attempt gives up after some 300 ms. Throws BUSY when somebody reads all the time.
 */
export async function exchangeTable(stream: string, exchange: () => PromiseLike<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await exchange();
      return;
    } catch (error) {
      if (overtaken(error))
        throw new CoinlogError(
          'BUSY',
          `Another process was at ${stream} at the same time (${messageOf(error)}): nothing was changed by this one, try again.`,
          { cause: error },
        );
      if (!inTheWay(error)) throw error;
      if (attempt === attempts)
        throw new CoinlogError(
          'BUSY',
          `Somebody has been reading ${stream} all the time: end that long query (pg_stat_activity shows it), then try again.`,
          { cause: error },
        );
      await sleep(50 + Math.random() * 200);
    }
  }
}
