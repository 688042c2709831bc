import type { CoinFacts } from './coin-facts.ts';
import type { CoinIndex } from './coin-index.ts';
import { compareContracts } from './contracts.ts';
import { authorities } from './decision.ts';
import { haveOtherContracts, otherOf, type Edge } from './evidence.ts';
import { compareText, hasOneIdPerCoin } from './source-coin.ts';
import type { Standing } from './standing.ts';

/** Source coins that are one coin. */
export interface Group {
  /** Null for a coin that has no id yet. */
  coinId: string | null;
  /** Ids of coins that turned out to be this one. */
  absorbed: string[];
  members: Set<string>;
  /** What was found now and holds it together. */
  edges: Edge[];
  /** What took its only member out of the coin it was in; null for any other. */
  displacedBy: Edge | null;
}

export interface Groups {
  of(key: string): Group;
  /** Takes two for one coin where nothing forbids it. False: they stay two. */
  join(edge: Edge): boolean;
  all(): Iterable<Group>;
}

export function createGroups(standing: Standing, index: CoinIndex): Groups {
  const byKey = new Map<string, Group>();

  const of = (key: string): Group => {
    const known = byKey.get(key);
    if (known !== undefined) return known;
    const coinId = standing.home(key);
    const members = coinId === null ? new Set([key]) : new Set(standing.members(coinId));
    const group: Group = { coinId, absorbed: [], members, edges: [], displacedBy: null };
    for (const member of members) byKey.set(member, group);
    return group;
  };

  const isBarred = (from: Group, to: Group): boolean =>
    [to.coinId, ...to.absorbed].some(
      (id) => id !== null && [...from.members].some((key) => standing.isVetoed(key, id)),
    );
  const isForbidden = (x: Group, y: Group): boolean => isBarred(x, y) || isBarred(y, x);

  const factsIn = (keys: Iterable<string>): CoinFacts[] =>
    [...keys].map((key) => index.get(key)).filter((facts) => facts !== undefined);

  const sourcesOf = (keys: Iterable<string>): Set<string> =>
    new Set([...keys].map((key) => key.slice(0, key.indexOf(':'))).filter(hasOneIdPerCoin));

  /** One source never calls one coin by two ids, whatever the names: unless an operator says so. */
  const collide = (x: Iterable<string>, y: Iterable<string>): boolean =>
    !sourcesOf(x).isDisjointFrom(sourcesOf(y));

  const disagree = (x: Iterable<string>, y: Iterable<string>, edge: Edge): boolean =>
    edge.authority < authorities.MAPPING &&
    factsIn(x).some((a) =>
      factsIn(y).some(
        (b) => a !== b && haveOtherContracts({ contracts: compareContracts(a.contracts, b.contracts) }),
      ),
    );

  /** What brought a coin where it is now and is not written down yet. */
  const broughtBy = new Map<string, number>();
  const authorityOf = (key: string): number =>
    broughtBy.get(key) ?? standing.link(key)?.authority ?? authorities.FIRST_SEEN;

  /** Of all that ties a coin to its group; its own link may be weaker than the one of the coin it is tied to. */
  const holdOn = (key: string, { edges, members }: Group): number =>
    edges
      .filter(
        ({ pair: { a, b } }) => (a.key === key || b.key === key) && members.has(a.key) && members.has(b.key),
      )
      .reduce((most, { authority }) => Math.max(most, authority), authorityOf(key));

  const merge = (x: Group, y: Group, edge: Edge): void => {
    const [kept, gone] = isOlder(x, y) ? [x, y] : [y, x];
    if (gone.coinId !== null) kept.absorbed.push(gone.coinId);
    kept.absorbed.push(...gone.absorbed);
    kept.edges.push(...gone.edges, edge);
    for (const key of gone.members) {
      kept.members.add(key);
      byKey.set(key, kept);
    }
    const { a, b } = edge.pair;
    const arrived = gone.members.has(a.key) ? a.key : b.key;
    broughtBy.set(arrived, Math.max(authorityOf(arrived), edge.authority));
    gone.members.clear();
  };
  const isOlder = (x: Group, y: Group): boolean => {
    if (x.coinId === null || y.coinId === null) return x.coinId !== null;
    return (standing.born(x.coinId) - standing.born(y.coinId) || compareText(x.coinId, y.coinId)) < 0;
  };

  /** A single coin goes where stronger evidence than what holds it leads. */
  const move = (key: string, from: Group, to: Group, edge: Edge): boolean => {
    if (from.members.size < 2 || authorityOf(key) <= 0 || holdOn(key, from) >= edge.authority) return false;
    if (collide([key], to.members) || disagree([key], to.members, edge) || to.coinId === null) return false;
    if (standing.isVetoed(key, to.coinId)) return false;
    from.members.delete(key);
    to.members.add(key);
    to.edges.push(edge);
    byKey.set(key, to);
    broughtBy.set(key, edge.authority);
    return true;
  };

  /** Who was taken, on weaker evidence, for the counterpart that the other of a pair is. */
  const rivalOf = (key: string, at: Group, edge: Edge): string | null => {
    const { source } = otherOf(edge.pair, key).coin;
    const rivals = [...at.members].filter((member) => member !== key && sourcesOf([member]).has(source));
    const [rival] = rivals;
    if (rival === undefined || rivals.length > 1 || standing.home(rival) !== at.coinId) return null;
    return authorityOf(rival) > 0 && holdOn(rival, at) < edge.authority ? rival : null;
  };

  const canBeOne = (x: ReadonlySet<string>, y: ReadonlySet<string>, edge: Edge): boolean =>
    !collide(x, y) && !disagree(x, y, edge);

  /** Makes room for a pair where that lets it be one coin. */
  const displace = (x: Group, y: Group, edge: Edge): boolean => {
    const { a, b } = edge.pair;
    const rivals = new Set([rivalOf(a.key, x, edge), rivalOf(b.key, y, edge)].filter((key) => key !== null));
    if (rivals.size === 0) return false;
    if (!canBeOne(x.members.difference(rivals), y.members.difference(rivals), edge)) return false;
    for (const rival of rivals) {
      of(rival).members.delete(rival);
      const members = new Set([rival]);
      byKey.set(rival, { coinId: null, absorbed: [], members, edges: [], displacedBy: edge });
    }
    return true;
  };

  return {
    of,
    all: () => new Set(byKey.values()),
    join(edge) {
      const { a, b } = edge.pair;
      const [x, y] = [of(a.key), of(b.key)];
      if (x === y) {
        x.edges.push(edge);
        return true;
      }
      if (isForbidden(x, y) || x.displacedBy !== null || y.displacedBy !== null) return false;
      const areTwoCoins = x.coinId !== null && y.coinId !== null;
      const held = Math.max(authorityOf(a.key), authorityOf(b.key));
      if (areTwoCoins && held >= authorities.OPERATOR) return false;
      if (!canBeOne(x.members, y.members, edge)) {
        if (move(b.key, y, x, edge) || move(a.key, x, y, edge)) return true;
        if (!displace(x, y, edge)) return false;
      }
      merge(x, y, edge);
      return true;
    },
  };
}
