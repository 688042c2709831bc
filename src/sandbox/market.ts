import type { SandboxCoin, SandboxMarket } from '../sources/sandbox-market.ts';
import { fiatUsdAt, quoteCoins } from './currencies.ts';
import { buildRoster } from './roster.ts';
import type { CoinTraits } from './traits.ts';
import { priceAt, priceMax, volumeAt } from './walk.ts';

const hourMs = 3_600_000;
const dayMs = 86_400_000;
/** Enough for the moments that all sources look at between two polls; 2,000 coins take about 1 MB. */
const momentsKept = 8;

export interface MarketOptions {
  seed: number;
  coins: number;
  /** How many times faster than `clock` the market's time goes. */
  speed: number;
  /** When the market's time and ours were the same. */
  startedAt: Date;
  clock: () => Date;
}

/**
 * A simulated market that remembers nothing: a coin at a moment follows from the seed alone, so that a market started
 * again with the same `startedAt` goes on where it was.
 */
export function createMarket({ seed, coins, speed, startedAt, clock }: MarketOptions): SandboxMarket {
  const roster = buildRoster(seed, coins);
  const quotable = new Map(
    roster
      .filter((coin) => quoteCoins.has(coin.symbol))
      .toReversed()
      .map((coin) => [coin.symbol, coin]),
  );
  const kept = new Map<number, SandboxCoin[]>();

  return {
    now: () => new Date(startedAt.getTime() + (clock().getTime() - startedAt.getTime()) * speed),
    coinsAt(moment) {
      const timeMs = moment.getTime();
      const found = kept.get(timeMs) ?? coinsAt(roster, timeMs);
      kept.delete(timeMs);
      kept.set(timeMs, found);
      const oldest = kept.keys().next().value;
      if (kept.size > momentsKept && oldest !== undefined) kept.delete(oldest);
      return found;
    },
    usdPer(currency, moment) {
      const coin = quotable.get(currency);
      if (coin) return priceAt(coin, updatedAtMs(coin, moment.getTime()));
      return fiatUsdAt(seed, currency, moment.getTime());
    },
  };
}

function coinsAt(roster: readonly CoinTraits[], timeMs: number): SandboxCoin[] {
  const coins = roster.map((traits) => coinAt(traits, updatedAtMs(traits, timeMs)));
  const byMarketCap = coins.toSorted((a, b) => b.marketCapUsd - a.marketCapUsd || a.index - b.index);
  for (const [position, coin] of byMarketCap.entries()) coin.rank = position + 1;
  return coins;
}

function updatedAtMs({ updateEveryMs, updatePhaseMs }: CoinTraits, timeMs: number): number {
  return Math.floor((timeMs - updatePhaseMs) / updateEveryMs) * updateEveryMs + updatePhaseMs;
}

/** The coin as its newest update found it; its rank follows from all coins. */
function coinAt(traits: CoinTraits, timeMs: number): SandboxCoin {
  const priceUsd = priceAt(traits, timeMs);
  const changeOver = (agoMs: number): number => (priceUsd / priceAt(traits, timeMs - agoMs) - 1) * 100;
  const priceDayAgo = priceAt(traits, timeMs - dayMs);
  return {
    index: traits.index,
    name: traits.name,
    symbol: traits.symbol,
    slug: traits.slug,
    priceUsd,
    marketCapUsd: priceUsd * traits.circulatingSupply,
    volume24hUsd: volumeAt(traits, timeMs),
    rank: 0,
    percentChange1h: changeOver(hourMs),
    percentChange24h: (priceUsd / priceDayAgo - 1) * 100,
    percentChange7d: changeOver(7 * dayMs),
    percentChange30d: changeOver(30 * dayMs),
    ...extremes(traits, timeMs, priceUsd, priceDayAgo),
    athUsd: priceMax(traits),
    athAt: traits.athAt,
    circulatingSupply: traits.circulatingSupply,
    totalSupply: traits.totalSupply,
    maxSupply: traits.maxSupply,
    updatedAt: new Date(timeMs),
    firstDataAt: traits.firstDataAt,
  };
}

/** Of the two ends and every second hour between: half of the time goes into these, and more would show nothing new. */
function extremes(
  traits: CoinTraits,
  timeMs: number,
  priceNow: number,
  priceDayAgo: number,
): { high24hUsd: number; low24hUsd: number } {
  let high24hUsd = Math.max(priceNow, priceDayAgo);
  let low24hUsd = Math.min(priceNow, priceDayAgo);
  const stepMs = 2 * hourMs;
  const lastStepMs = Math.floor(timeMs / stepMs) * stepMs;
  for (let step = 0; step < 12; step += 1) {
    const price = priceAt(traits, lastStepMs - step * stepMs);
    if (price > high24hUsd) high24hUsd = price;
    if (price < low24hUsd) low24hUsd = price;
  }
  return { high24hUsd, low24hUsd };
}
