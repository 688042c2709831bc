import { canonicalId, slugFor } from './canonical-id.ts';
import type { CoinIndex } from './coin-index.ts';
import { authorities, type Decision, type LinkDecision } from './decision.ts';
import { compareEdges, evidenceOf, type Edge } from './evidence.ts';
import type { Group } from './groups.ts';
import { coinKey, compareCoins, type SourceCoin } from './source-coin.ts';
import type { Standing } from './standing.ts';

function linkBy({ pair, method, authority, confidence }: Edge, key: string, coinId: string): LinkDecision {
  const { source, sourceCoinId } = pair.a.key === key ? pair.a.coin : pair.b.coin;
  const evidence = evidenceOf(pair, key);
  return { kind: 'link', source, sourceCoinId, coinId, method, authority, confidence, evidence };
}

/** A coin that nothing links to another: it bears its own name. */
export function firstSeen(coin: SourceCoin, coinId: string): LinkDecision {
  const { source, sourceCoinId, symbol, name } = coin;
  const authority = authorities.FIRST_SEEN;
  const evidence = { own: { source, sourceCoinId, symbol, name } };
  return {
    kind: 'link',
    source,
    sourceCoinId,
    coinId,
    method: 'FIRST_SEEN',
    authority,
    confidence: 1,
    evidence,
  };
}

/** With the authority of what took it out, since nothing less would. */
function displaced(
  coin: SourceCoin,
  coinId: string,
  { pair, method, authority, confidence }: Edge,
): LinkDecision {
  const { source, sourceCoinId } = coin;
  const evidence = { displacedBy: evidenceOf(pair, pair.a.key) };
  return { kind: 'link', source, sourceCoinId, coinId, method, authority, confidence, evidence };
}

/** Ids that are slugs already come first, so that nobody else's `1move token` takes `1move-token` from its owner. */
const compareFounders = (a: SourceCoin, b: SourceCoin): number =>
  Number(slugFor(a) !== a.sourceCoinId) - Number(slugFor(b) !== b.sourceCoinId) || compareCoins(a, b);

/** Whose name a new coin bears. */
function founderOf(group: Group, index: CoinIndex): SourceCoin | null {
  const coins = [...group.members].map((key) => index.get(key)?.coin).filter((coin) => coin !== undefined);
  return coins.sort(compareCoins)[0] ?? null;
}

/**
 * Each edge that leads to a coin not yet reached, from those that are there already: always the strongest there is, so
 * that no coin is linked by less than what speaks for it.
 */
function* walk(
  group: Group,
  coinId: string,
  reached: Set<string>,
  standing: Standing,
): Generator<[string, Edge]> {
  const edges = group.edges.toSorted(compareEdges);
  const leadsOn = ({ pair: { a, b } }: Edge): boolean =>
    reached.has(a.key) !== reached.has(b.key) && group.members.has(a.key) && group.members.has(b.key);
  for (let edge = edges.find(leadsOn); edge !== undefined; edge = edges.find(leadsOn)) {
    const { a, b } = edge.pair;
    const { key } = reached.has(a.key) ? b : a;
    // With it comes whatever has been one coin with it before.
    const home = standing.home(key);
    if (home !== null && home !== coinId && group.absorbed.includes(home))
      for (const other of standing.members(home)) reached.add(other);
    reached.add(key);
    yield [key, edge];
  }
}

/** Of coins that are one already: what speaks more for it than anything before, to be written down once. */
function strengthened(group: Group, standing: Standing): Map<string, Edge> {
  const best = new Map<string, Edge>();
  for (const edge of group.edges.toSorted(compareEdges)) {
    const { a, b } = edge.pair;
    const home = standing.home(a.key);
    if (home === null || home !== standing.home(b.key)) continue;
    const held = (key: string): number => best.get(key)?.authority ?? standing.link(key)?.authority ?? 0;
    if (Math.max(held(a.key), held(b.key)) < edge.authority)
      best.set(held(a.key) > held(b.key) ? a.key : b.key, edge);
  }
  return best;
}

function* decideGroup(
  group: Group,
  coinId: string,
  founder: SourceCoin | null,
  standing: Standing,
): Generator<Decision> {
  const reached = new Set([...group.members].filter((key) => standing.home(key) === coinId));
  const stronger = strengthened(group, standing);
  for (const [key, edge] of stronger) yield linkBy(edge, key, coinId);
  if (reached.size === 0 && founder !== null) {
    const key = coinKey(founder);
    yield group.displacedBy === null
      ? firstSeen(founder, coinId)
      : displaced(founder, coinId, group.displacedBy);
    reached.add(key);
  }
  const mergedBy = new Map<string, Edge>();
  for (const [key, edge] of walk(group, coinId, reached, standing)) {
    const home = standing.home(key);
    if (home !== null && home !== coinId && group.absorbed.includes(home)) mergedBy.set(home, edge);
    const held = stronger.get(key)?.authority ?? standing.link(key)?.authority ?? 0;
    if (edge.authority >= held && stronger.get(key) !== edge) yield linkBy(edge, key, coinId);
  }
  for (const [absorbed, { pair, method, authority, confidence }] of mergedBy) {
    const evidence = evidenceOf(pair, pair.b.key);
    yield { kind: 'merge', coinId: absorbed, into: coinId, method, authority, confidence, evidence };
  }
}

/** What is to be written down so that every group is one coin. New coins are named in a steady order. */
export function* decideGroups(
  groups: Iterable<Group>,
  index: CoinIndex,
  standing: Standing,
): Generator<Decision> {
  const named = [...groups].flatMap((group) => {
    const founder = founderOf(group, index);
    return founder === null ? [] : [{ group, founder }];
  });
  for (const { group, founder } of named.sort((x, y) => compareFounders(x.founder, y.founder))) {
    const isTaken = (id: string): boolean => standing.born(id) !== Infinity;
    const coinId = group.coinId ?? canonicalId(founder, isTaken);
    // All at once: what is written down changes what this reads.
    const decisions = Array.from(decideGroup(group, coinId, founder, standing));
    yield* decisions;
  }
}
