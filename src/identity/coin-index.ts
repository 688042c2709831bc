import { factsOf, isSameIdentity, type CoinFacts } from './coin-facts.ts';
import { coinKey, type SourceCoin } from './source-coin.ts';

const nobody: ReadonlySet<string> = new Set();

/** Every source's coin that is known, found by what it shares with others. */
export interface CoinIndex {
  get(key: string): CoinFacts | undefined;
  keys(): Iterable<string>;
  /** Every other coin that shares something with it, of other sources, by source. */
  related(facts: CoinFacts): Map<string, CoinFacts[]>;
  /** Takes a coin in. `buckets`: what it shared before or shares now, where that has changed; else none. */
  put(coin: SourceCoin): { key: string; buckets: readonly string[] };
  inBucket(bucket: string): ReadonlySet<string>;
}

export function createCoinIndex(): CoinIndex {
  const coins = new Map<string, CoinFacts>();
  const buckets = new Map<string, Set<string>>();
  const inBucket = (bucket: string): ReadonlySet<string> => buckets.get(bucket) ?? nobody;

  const move = (before: CoinFacts | undefined, after: CoinFacts): void => {
    for (const bucket of before?.buckets ?? []) buckets.get(bucket)?.delete(after.key);
    for (const bucket of after.buckets)
      buckets.set(bucket, (buckets.get(bucket) ?? new Set()).add(after.key));
  };

  return {
    get: (key) => coins.get(key),
    keys: () => coins.keys(),
    inBucket,
    related({ key, coin, buckets }) {
      const keys = new Set(buckets.flatMap((bucket) => [...inBucket(bucket)]));
      keys.delete(key);
      const others = [...keys].map((other) => coins.get(other)).filter((facts) => facts !== undefined);
      return Map.groupBy(
        others.filter((facts) => facts.coin.source !== coin.source),
        (facts) => facts.coin.source,
      );
    },
    put(coin) {
      const key = coinKey(coin);
      const before = coins.get(key);
      if (before !== undefined && isSameIdentity(before.coin, coin)) {
        coins.set(key, { ...before, coin });
        return { key, buckets: [] };
      }
      const after = factsOf(coin);
      coins.set(key, after);
      move(before, after);
      return { key, buckets: [...new Set([...(before?.buckets ?? []), ...after.buckets])] };
    },
  };
}
