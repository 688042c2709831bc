import type { CoinFacts } from './coin-facts.ts';
import type { CoinIndex } from './coin-index.ts';
import {
  chooseByContract,
  chooseByDeclaration,
  chooseByMapping,
  chooseByName,
  type Choice,
} from './choose.ts';
import type { LinkMethod } from './decision.ts';
import { compare, compareEdges, edgeOf, otherOf, type Edge, type Pair } from './evidence.ts';
import { compareCoins, compareText, hasOneIdPerCoin } from './source-coin.ts';

/** A pair that may be one coin, where it was not sure enough to say so. */
export interface DoubtfulPair {
  pair: Pair;
  reason: string;
}

export interface Pairing {
  /** The strongest first; among equals in an order that does not hang on how the coins came in. */
  edges: Edge[];
  doubtful: DoubtfulPair[];
}

const methods: readonly (readonly [LinkMethod, (pairs: readonly Pair[]) => Choice])[] = [
  ['MAPPING', chooseByMapping],
  ['CONTRACT', chooseByContract],
  ['DECLARED', chooseByDeclaration],
  ['SYMBOL_AND_NAME', chooseByName],
];

/** One text for a pair, whichever of the two comes first. */
export const pairKey = ({ a, b }: Pair): string => JSON.stringify([a.key, b.key].sort());

/** Looks at coins and whatever they share something with; each pair is compared once. */
export function pairUp(keys: Iterable<string>, index: CoinIndex): Pairing {
  const compared = new Map<string, Map<string, Pair[]>>();
  const pairs = new Map<string, Map<string, Pair>>();

  const pairOf = (x: CoinFacts, y: CoinFacts): Pair => {
    const [a, b] = compareCoins(x.coin, y.coin) <= 0 ? [x, y] : [y, x];
    const others = pairs.get(a.key) ?? new Map<string, Pair>();
    const pair = others.get(b.key) ?? compare(a, b);
    pairs.set(a.key, others.set(b.key, pair));
    return pair;
  };
  const pairsOf = (facts: CoinFacts): Map<string, Pair[]> => {
    const known = compared.get(facts.key);
    if (known !== undefined) return known;
    const bySource = new Map<string, Pair[]>();
    for (const [source, others] of index.related(facts))
      bySource.set(
        source,
        others.map((other) => pairOf(facts, other)),
      );
    compared.set(facts.key, bySource);
    return bySource;
  };
  const choices = new Map<string, Choice>();
  const choiceOf = (facts: CoinFacts, source: string, place: number): Choice => {
    const name = `${place} ${source} ${facts.key}`;
    const choice = choices.get(name) ??
      methods[place]?.[1](pairsOf(facts).get(source) ?? []) ?? { kind: 'none' };
    choices.set(name, choice);
    return choice;
  };
  /** Each must have chosen the other, except that several ids of a file may be one coin. */
  const isMutual = (facts: CoinFacts, other: CoinFacts, place: number): boolean => {
    if (!hasOneIdPerCoin(facts.coin.source)) return true;
    const back = choiceOf(other, facts.coin.source, place);
    return back.kind === 'one' && otherOf(back.pair, other.key).key === facts.key;
  };

  const edges = new Map<string, Edge>();
  const doubtful = new Map<string, DoubtfulPair>();
  const weigh = (facts: CoinFacts, source: string, place: number): Edge | null => {
    const choice = choiceOf(facts, source, place);
    const [method] = methods[place] ?? [];
    if (choice.kind === 'none' || method === undefined) return null;
    if (choice.kind === 'unsure') {
      for (const pair of choice.pairs) doubtful.set(pairKey(pair), { pair, reason: choice.reason });
      return null;
    }
    const { pair } = choice;
    const name = pairKey(pair);
    if (!isMutual(facts, otherOf(pair, facts.key), place)) {
      // A file's coin among several ids is no rival of the others.
      if (hasOneIdPerCoin(source) && !doubtful.has(name))
        doubtful.set(name, { pair, reason: 'another is as alike' });
      return null;
    }
    const edge = edgeOf(pair, method);
    if ((edges.get(name)?.authority ?? -1) < edge.authority) edges.set(name, edge);
    return edge;
  };

  // What a coin is tied to is looked at as well: a tie must not give way to a weaker one for want of being seen.
  const queue = new Set(keys);
  for (const key of queue) {
    const facts = index.get(key);
    if (facts === undefined) continue;
    for (const source of pairsOf(facts).keys())
      for (const place of methods.keys()) {
        const edge = weigh(facts, source, place);
        if (edge !== null) queue.add(otherOf(edge.pair, key).key);
      }
  }
  for (const name of edges.keys()) doubtful.delete(name);
  return {
    edges: [...edges.values()].sort(compareEdges),
    doubtful: [...doubtful.values()].sort((x, y) => compareText(pairKey(x.pair), pairKey(y.pair))),
  };
}
