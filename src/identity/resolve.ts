import { createCoinIndex } from './coin-index.ts';
import { decideGroups } from './decide.ts';
import type { Decision, Evidence } from './decision.ts';
import type { IdentityEvent } from './events.ts';
import { evictions } from './evict.ts';
import { evidenceOf, type Pair } from './evidence.ts';
import type { IdentityState } from './fold.ts';
import { createGroups } from './groups.ts';
import { pairKey, pairUp } from './pairing.ts';
import {
  coinKey,
  compareCoins,
  compareText,
  hasOneIdPerCoin,
  type SourceCoin,
  type SourceCoinRef,
} from './source-coin.ts';
import { createStanding } from './standing.ts';

/** Two source coins that may be one, and are two until there is more to go by. */
export interface AmbiguousPair {
  a: SourceCoinRef;
  b: SourceCoinRef;
  reason: string;
  /** As seen from `a`. */
  evidence: Evidence;
}

export interface Resolver {
  /**
   * Takes in what is known of some coins and decides what that can have changed; the first call looks at every coin.
   * The decisions count for the resolver at once: where they cannot be written down, make another one.
   */
  update(changed: readonly SourceCoin[]): Decision[];
  /** Takes in events of the stream, its own or an operator's. What they change is looked at with the next update. */
  observe(events: readonly IdentityEvent[]): void;
  ambiguous(): AmbiguousPair[];
  state(): IdentityState;
  /** How many coins the last update looked at: those that changed, and what they share something with. */
  lookedAt(): number;
}

/** Evidence that contradicts itself may lead in a circle; what is left is looked at with the next update. */
const roundsMax = 8;

const refOf = ({ source, sourceCoinId }: SourceCoin): SourceCoinRef => ({ source, sourceCoinId });

/** Decides which source coins are one coin, from what is known of them and what has been decided. Pure: no clock, no I/O. */
export function createResolver(known: { identity: IdentityState; coins: readonly SourceCoin[] }): Resolver {
  const standing = createStanding(known.identity);
  const index = createCoinIndex();
  const ambiguous = new Map<string, AmbiguousPair>();
  const ambiguousOf = new Map<string, Set<string>>();
  let version = known.identity.version;
  let touched = new Set<string>();
  let looked = new Set<string>();
  for (const coin of known.coins) touched.add(index.put(coin).key);

  const touch = (keys: Iterable<string>): void => {
    for (const key of keys) {
      touched.add(key);
      for (const bucket of index.get(key)?.buckets ?? [])
        for (const other of index.inBucket(bucket)) touched.add(other);
    }
  };

  /** Where a coin leaves or an id dies, others may take another place: they are looked at once more. */
  const apply = (decision: Decision): void => {
    version += 1;
    const isFirst = decision.kind === 'link' && standing.home(coinKey(decision)) === null;
    const changed = standing.apply({ version, decision });
    if (!isFirst) touch(changed);
  };

  const takeIn = (changed: readonly SourceCoin[]): void => {
    for (const coin of changed) {
      const { key, buckets } = index.put(coin);
      // A price or a rank alone decides nothing, except where the pair was in doubt.
      if (buckets.length > 0 || standing.home(key) === null || ambiguousOf.has(key)) touched.add(key);
      for (const bucket of buckets) for (const other of index.inBucket(bucket)) touched.add(other);
    }
  };

  const forget = (key: string): void => {
    for (const name of ambiguousOf.get(key) ?? []) {
      const pair = ambiguous.get(name);
      ambiguous.delete(name);
      for (const { source, sourceCoinId } of pair ? [pair.a, pair.b] : [])
        ambiguousOf.get(`${source}:${sourceCoinId}`)?.delete(name);
    }
    ambiguousOf.delete(key);
  };

  /** A coin that has its counterpart in the other's source is in no doubt about it. */
  const isOpen = ({ a, b }: Pair): boolean => {
    const [homeA, homeB] = [standing.home(a.key), standing.home(b.key)];
    if (homeA === null || homeB === null || homeA === homeB) return false;
    if (standing.isVetoed(a.key, homeB) || standing.isVetoed(b.key, homeA)) return false;
    const has = (home: string, { coin: { source } }: { coin: SourceCoin }): boolean =>
      hasOneIdPerCoin(source) && [...standing.members(home)].some((key) => key.startsWith(`${source}:`));
    return !has(homeA, b) && !has(homeB, a);
  };

  const note = (pair: Pair, reason: string): void => {
    if (!isOpen(pair)) return;
    const name = pairKey(pair);
    const evidence = evidenceOf(pair, pair.a.key);
    ambiguous.set(name, { a: refOf(pair.a.coin), b: refOf(pair.b.coin), reason, evidence });
    for (const { key } of [pair.a, pair.b])
      ambiguousOf.set(key, (ambiguousOf.get(key) ?? new Set()).add(name));
  };

  /** One by one: what is decided next knows the ids that were given before. */
  const write = (decided: Iterable<Decision>): Decision[] => {
    const written: Decision[] = [];
    for (const decision of decided) {
      apply(decision);
      written.push(decision);
    }
    return written;
  };

  const pass = (keys: readonly string[]): Decision[] => {
    for (const key of keys) forget(key);
    const evicted = write(evictions(keys, index, standing));
    const { edges, doubtful } = pairUp(keys, index);
    const groups = createGroups(standing, index);
    for (const key of keys) groups.of(key);
    const refused = edges.filter((edge) => !groups.join(edge));
    const decisions = write(decideGroups(groups.all(), index, standing));
    for (const { pair, reason } of doubtful) note(pair, reason);
    for (const { pair } of refused) note(pair, 'one of them is held elsewhere');
    if (decisions.length > 0) touch(refused.flatMap(({ pair }) => [pair.a.key, pair.b.key]));
    return [...evicted, ...decisions];
  };

  return {
    update(changed) {
      takeIn([...changed].sort(compareCoins));
      const decisions: Decision[] = [];
      looked = new Set();
      for (let round = 0; round < roundsMax && touched.size > 0; round += 1) {
        const keys = [...touched].sort(compareText);
        looked = looked.union(touched);
        touched = new Set();
        decisions.push(...pass(keys));
      }
      return decisions;
    },
    observe(events) {
      for (const event of events) {
        version = Math.max(version, event.version);
        touch(standing.apply(event));
      }
    },
    ambiguous: () => [...ambiguous.values()].sort((x, y) => compareCoins(x.a, y.a) || compareCoins(x.b, y.b)),
    state: () => standing.state(),
    lookedAt: () => looked.size,
  };
}
