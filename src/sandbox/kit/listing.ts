import type { SandboxCoin, SandboxMarket } from '../../sources/sandbox-market.ts';
import { hashOf, noise, pick, unit } from './random.ts';

const dayMs = 86_400_000;
/** The well-known and the odd coins come first in the market's list, and every source has them as they are. */
const steadyCoins = 110;
const unlistedShare = 0.08;
/** Two sources are at most twice this apart, save for the wild and the stale. */
const spread = 0.0022;
const staleShare = 0.005;
const wildShareOfDays = 0.002;
const wildFactors = [0.1, 0.3, 4, 40] as const;

/** Whether the coin is one of those that every source has, and as it is. */
export function isSteady(coin: SandboxCoin): boolean {
  return coin.index < steadyCoins;
}

/** Whether a source knows the coin at all. */
export function isListed(source: string, coin: SandboxCoin): boolean {
  return isSteady(coin) || unit(source, 'listed', coin.index) >= unlistedShare;
}

/**
 * The market as one source sees it: without the coins it has not listed, with prices a little off the true ones, a few
 * of them weeks old, hardly any of them nonsense for a day; ranked by the market caps that follow from them.
 */
export function listedCoins(market: SandboxMarket, source: string, moment: Date): SandboxCoin[] {
  // The same old moment for a week long, so that the market need not compute it with every request.
  const weekStart = new Date(Math.floor(moment.getTime() / (7 * dayMs)) * 7 * dayMs);
  const staleCoins = market.coinsAt(weekStart);
  const coins = market
    .coinsAt(moment)
    .filter((coin) => isListed(source, coin))
    .map((coin) => seenBy(source, isStale(source, coin) ? (staleCoins[coin.index] ?? coin) : coin));
  return ranked(coins);
}

function isStale(source: string, coin: SandboxCoin): boolean {
  return !isSteady(coin) && unit(source, 'stale', coin.index) < staleShare;
}

function seenBy(source: string, coin: SandboxCoin): SandboxCoin {
  const updatedMs = coin.updatedAt.getTime();
  const near = 1 + spread * noise(hashOf(source, 'spread', coin.index), updatedMs / 600_000);
  const wild = wildFactor(source, coin, Math.floor(updatedMs / dayMs));
  const change = (percent: number): number => ((1 + percent / 100) * wild - 1) * 100;
  return {
    ...coin,
    priceUsd: coin.priceUsd * near * wild,
    marketCapUsd: coin.marketCapUsd * near * wild,
    high24hUsd: coin.high24hUsd * near * Math.max(wild, 1),
    low24hUsd: coin.low24hUsd * near * Math.min(wild, 1),
    percentChange1h: change(coin.percentChange1h),
    percentChange24h: change(coin.percentChange24h),
    percentChange7d: change(coin.percentChange7d),
    percentChange30d: change(coin.percentChange30d),
  };
}

function wildFactor(source: string, coin: SandboxCoin, day: number): number {
  const { index } = coin;
  if (isSteady(coin) || unit(source, 'wild', index, day) >= wildShareOfDays) return 1;
  return pick(wildFactors, unit(source, 'factor', index, day));
}

function ranked(coins: SandboxCoin[]): SandboxCoin[] {
  const byMarketCap = coins.toSorted((a, b) => b.marketCapUsd - a.marketCapUsd || a.index - b.index);
  for (const [position, coin] of byMarketCap.entries()) coin.rank = position + 1;
  return coins;
}
