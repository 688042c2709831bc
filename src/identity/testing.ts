import type { Decision } from './decision.ts';
import type { IdentityEvent } from './events.ts';
import { foldIdentity, noIdentity, type IdentityState } from './fold.ts';
import { createResolver, type Resolver } from './resolve.ts';
import type { SourceCoin } from './source-coin.ts';

export const testTime = new Date('2026-01-02T03:04:05Z');

type Known = Partial<Omit<SourceCoin, 'source' | 'sourceCoinId'>>;

/** A coin of CoinGecko, whose symbol comes in lower case. */
export const gecko = (
  sourceCoinId: string,
  symbol: string,
  name: string | null,
  known: Known = {},
): SourceCoin => coinOf('coingecko', sourceCoinId, { symbol, name, ...known });

export const paprika = (
  sourceCoinId: string,
  symbol: string,
  name: string | null,
  known: Known = {},
): SourceCoin => coinOf('coinpaprika', sourceCoinId, { symbol, name, ...known });

export const row = (sourceCoinId: string, symbol: string | null, known: Known = {}): SourceCoin =>
  coinOf('csv', sourceCoinId, { symbol, ...known });

function coinOf(source: string, sourceCoinId: string, known: Known): SourceCoin {
  const unknown = { symbol: null, name: null, rank: null, priceUsd: null, contracts: [] };
  return { source, sourceCoinId, ...unknown, observedAt: testTime, ...known };
}

/** Numbers decisions as the stream would. */
export const numbered = (decisions: readonly Decision[], after = 0): IdentityEvent[] =>
  decisions.map((decision, index) => ({ version: after + index + 1, decision }));

export const folded = (decisions: readonly Decision[], state: IdentityState = noIdentity): IdentityState =>
  foldIdentity(state, numbered(decisions, state.version));

export function freshResolver(coins: readonly SourceCoin[]): { resolver: Resolver; decisions: Decision[] } {
  const resolver = createResolver({ identity: noIdentity, coins: [] });
  return { resolver, decisions: resolver.update(coins) };
}
