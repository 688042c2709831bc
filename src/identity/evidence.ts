import type { CoinFacts } from './coin-facts.ts';
import { compareContracts, type ContractComparison } from './contracts.ts';
import { authorities, type Evidence, type LinkMethod } from './decision.ts';
import { compareMarket, isSamePrice, type MarketComparison } from './market.ts';
import { matchNames, strengthOf, type NameMatch } from './names.ts';
import { coinKey, compareCoins, type SourceCoinRef } from './source-coin.ts';

/** Everything that speaks for or against two source coins being one. */
export interface Pair {
  a: CoinFacts;
  b: CoinFacts;
  /** One of them says so: the source's mapping endpoint, or a file. */
  isMapped: boolean;
  isDeclared: boolean;
  contracts: ContractComparison;
  name: NameMatch;
  market: MarketComparison;
  hasSamePrice: boolean;
}

const names = (ids: readonly SourceCoinRef[] | undefined, key: string): boolean =>
  ids?.some((id) => coinKey(id) === key) ?? false;

export function compare(a: CoinFacts, b: CoinFacts): Pair {
  return {
    a,
    b,
    isMapped: names(a.coin.mappedIds, b.key) || names(b.coin.mappedIds, a.key),
    isDeclared: names(a.coin.declaredIds, b.key) || names(b.coin.declaredIds, a.key),
    contracts: compareContracts(a.contracts, b.contracts),
    name: matchNames(a, b),
    market: compareMarket(a.coin, b.coin),
    hasSamePrice: isSamePrice(a.coin, b.coin),
  };
}

export const otherOf = ({ a, b }: Pair, key: string): CoinFacts => (a.key === key ? b : a);

const isActive = ({ coin }: CoinFacts): boolean => coin.isActive ?? true;
export const areActive = ({ a, b }: Pair): boolean => isActive(a) && isActive(b);

/** Every platform that both are on has another address for each. */
export const haveOtherContracts = ({ contracts }: Pick<Pair, 'contracts'>): boolean =>
  contracts.agree.length === 0 && contracts.differ.length > 0;

/** What speaks against one coin, however alike the names. Null: nothing does. */
export function contradiction(pair: Pair): string | null {
  const { contracts, market } = pair;
  if (haveOtherContracts(pair)) return 'contracts differ';
  if (contracts.differ.length > 0 && market.price !== 'agrees') return 'some contracts differ';
  if (market.price === 'differs') return 'prices differ';
  // Where the prices agree a rank says little: a source that does not know a supply ranks the coin last.
  if (market.price === 'unknown' && market.rank === 'differs') return 'ranks differ';
  return null;
}

/** Whether names that are only alike, or only there on one side, are enough with what else is known. */
export function isEnough(pair: Pair): boolean {
  const { a, b, name, market } = pair;
  switch (name) {
    case 'NONE':
      return false;
    case 'SLUG_ONLY':
      return pair.hasSamePrice && market.rank === 'agrees';
    case 'NO_NAME':
      return pair.hasSamePrice && market.rank !== 'differs';
    case 'BASE':
      // A coin that is gone and a new one under its name differ by just such a word: `SecretCoin` and `Secret`.
      return market.price === 'agrees' || (areActive(pair) && saysMoreThanSymbol(a) && saysMoreThanSymbol(b));
    default:
      return true;
  }
}

const saysMoreThanSymbol = ({ symbol, name, slug }: CoinFacts): boolean =>
  [name, slug].some(({ base }) => base !== '' && base.toUpperCase() !== symbol);

/** By contract: on every platform that both are on. */
export const haveSameContracts = ({ contracts }: Pair): boolean =>
  contracts.agree.length > 0 && contracts.differ.length === 0;

/** What a file declares counts unless the file itself says otherwise. */
export const isDeclaredInKeeping = (pair: Pair): boolean =>
  pair.isDeclared &&
  (pair.a.symbol === '' ||
    pair.b.symbol === '' ||
    pair.a.symbol === pair.b.symbol ||
    strengthOf(pair.name) >= strengthOf('REBRAND')) &&
  contradiction(pair) === null;

const percentByName: Readonly<Record<NameMatch, number>> = {
  NONE: 0,
  SLUG_ONLY: 75,
  NO_NAME: 75,
  BASE: 85,
  REBRAND: 88,
  REBRAND_AND_NAME: 92,
  NAME_OR_SLUG: 92,
  NAME_AND_SLUG: 96,
};

/** How sure a link is, from 0 to 1. Each part is a guess that was held against recorded lists, not a frequency. */
export function confidenceOf(pair: Pair, method: LinkMethod): number {
  if (method === 'MAPPING') return 0.99;
  if (method === 'CONTRACT') return pair.name === 'NONE' ? 0.97 : 0.99;
  if (method === 'DECLARED') return strengthOf(pair.name) > 0 ? 0.97 : 0.9;
  const agreed = pair.market.price === 'agrees' ? 3 : 0;
  const gone = areActive(pair) ? 0 : 10;
  return Math.min(99, percentByName[pair.name] + agreed - gone) / 100;
}

const marketSide = ({ coin }: CoinFacts): Evidence => ({
  priceUsd: coin.priceUsd,
  rank: coin.rank,
  observedAt: coin.observedAt?.toISOString() ?? null,
});

const side = ({ coin }: CoinFacts): Evidence => ({
  source: coin.source,
  sourceCoinId: coin.sourceCoinId,
  symbol: coin.symbol,
  name: coin.name,
});

/** What was compared, as seen from one of the two. */
export function evidenceOf(pair: Pair, key: string): Evidence {
  const own = pair.a.key === key ? pair.a : pair.b;
  const other = otherOf(pair, key);
  const { contracts, market } = pair;
  const isMarketKnown = market.price !== 'unknown' || market.rank !== 'unknown';
  return {
    own: side(own),
    with: side(other),
    names: pair.name,
    ...(contracts.agree.length > 0 && { contractsAgree: contracts.agree }),
    ...(contracts.differ.length > 0 && { contractsDiffer: contracts.differ }),
    price: market.price,
    rank: market.rank,
    ...(isMarketKnown && { figures: { own: marketSide(own), with: marketSide(other) } }),
  };
}

/** A pair that is taken for one coin. */
export interface Edge {
  pair: Pair;
  method: LinkMethod;
  authority: number;
  confidence: number;
}

export const edgeOf = (pair: Pair, method: LinkMethod): Edge => ({
  pair,
  method,
  authority: authorities[method],
  confidence: confidenceOf(pair, method),
});

/** The strongest first; among equals in an order that does not hang on how the coins came in. */
export const compareEdges = (x: Edge, y: Edge): number =>
  y.authority - x.authority ||
  y.confidence - x.confidence ||
  compareCoins(x.pair.a.coin, y.pair.a.coin) ||
  compareCoins(x.pair.b.coin, y.pair.b.coin);
