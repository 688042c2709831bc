import type { Queryable } from '../../database/client.ts';
import { readPastCoins, type PastCoinRow } from './coins.ts';
import { momentText, type Moment } from './moment.ts';

export interface PastCoinsCache {
  /** Every coin as it stood at a moment. */
  read(sql: Queryable, moment: Moment): Promise<readonly PastCoinRow[]>;
}

// Some 30 MB each with 30,000 coins.
const momentsKept = 4;

/**
 * A moment never changes: what was once gathered for it is kept for the next pages, and those who ask at once wait for
 * the same answer. Only the last few are kept.
 */
export function createPastCoinsCache(): PastCoinsCache {
  const kept = new Map<string, Promise<readonly PastCoinRow[]>>();
  return {
    read(sql, moment) {
      const key = momentText(moment);
      const found = kept.get(key) ?? readPastCoins(sql, moment, null).then((coins) => [...coins.values()]);
      kept.delete(key);
      kept.set(key, found);
      found.catch(() => kept.delete(key));
      const [oldest] = kept.keys();
      if (kept.size > momentsKept && oldest !== undefined) kept.delete(oldest);
      return found;
    },
  };
}
