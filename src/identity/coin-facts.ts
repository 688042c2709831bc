import { contractsByPlatform, type ContractsByPlatform } from './contracts.ts';
import { comparableName, normaliseSymbol, slugOf, type ComparableName } from './normalise.ts';
import { rebrandsOf } from './rebrands.ts';
import { coinKey, type SourceCoin } from './source-coin.ts';

/** A source's coin with everything that is compared, made once. */
export interface CoinFacts {
  key: string;
  coin: SourceCoin;
  symbol: string;
  name: ComparableName;
  slug: ComparableName;
  rebrands: readonly number[];
  contracts: ContractsByPlatform;
  /** What it shares with every coin that could be the same one. */
  buckets: readonly string[];
}

export function factsOf(coin: SourceCoin): CoinFacts {
  const symbol = normaliseSymbol(coin.symbol);
  const name = comparableName(coin.name);
  const slug = comparableName(slugOf(coin));
  const rebrands = rebrandsOf(symbol, [name, slug]);
  const contracts = contractsByPlatform(coin.contracts);
  const key = coinKey(coin);
  const facts = { key, coin, symbol, name, slug, rebrands, contracts };
  return { ...facts, buckets: [...bucketsOf(facts)] };
}

function* bucketsOf(facts: Omit<CoinFacts, 'buckets'>): Generator<string> {
  const { coin, key, symbol, slug, rebrands, contracts } = facts;
  if (symbol !== '') yield `symbol ${symbol}`;
  if (slug.full !== '') yield `slug ${slug.full}`;
  for (const rebrand of rebrands) yield `rebrand ${rebrand}`;
  for (const [platform, addresses] of contracts)
    for (const address of addresses) yield `contract ${platform} ${address}`;
  yield `id ${key}`;
  for (const named of [...(coin.mappedIds ?? []), ...(coin.declaredIds ?? [])]) yield `id ${coinKey(named)}`;
}

/** Whether nothing has changed but what moves with the market. */
export function isSameIdentity(a: SourceCoin, b: SourceCoin): boolean {
  return (
    a.symbol === b.symbol &&
    a.name === b.name &&
    (a.isActive ?? true) === (b.isActive ?? true) &&
    isSameList(a.contracts, b.contracts) &&
    isSameList(a.mappedIds ?? [], b.mappedIds ?? []) &&
    isSameList(a.declaredIds ?? [], b.declaredIds ?? [])
  );
}

const isSameList = (a: readonly object[], b: readonly object[]): boolean =>
  a === b || (a.length === b.length && (a.length === 0 || JSON.stringify(a) === JSON.stringify(b)));
