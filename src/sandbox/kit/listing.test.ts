import { describe, expect, it } from 'vitest';
import { createMarket } from '../market.ts';
import { listedCoins } from './listing.ts';

const moment = new Date('2026-03-01T12:34:56Z');
const market = createMarket({ seed: 5, coins: 2_000, speed: 1, startedAt: moment, clock: () => moment });

describe('a source’s view of the market', () => {
  it('leaves about 8 % of the coins out, others in each source', () => {
    const one = new Set(listedCoins(market, 'one', moment).map(({ index }) => index));
    const two = new Set(listedCoins(market, 'two', moment).map(({ index }) => index));
    for (const listed of [one, two]) {
      expect(listed.size).toBeGreaterThan(1_780);
      expect(listed.size).toBeLessThan(1_900);
    }
    expect(new Set([...one, ...two]).size).toBeGreaterThan(1_970);
  });

  it('is within half a percent of another source’s, but for a few', () => {
    const two = new Map(listedCoins(market, 'two', moment).map((coin) => [coin.index, coin.priceUsd]));
    const apart = listedCoins(market, 'one', moment).flatMap((coin) => {
      const price = two.get(coin.index);
      return price === undefined ? [] : Math.abs(coin.priceUsd / price - 1);
    });
    expect(apart.filter((difference) => difference > 0).length).toBe(apart.length);
    const outliers = apart.filter((difference) => difference >= 0.005).length;
    expect(outliers).toBeGreaterThan(0);
    expect(outliers).toBeLessThan(apart.length * 0.03);
  });

  it('ranks its own coins without gaps, by market cap', () => {
    const byRank = listedCoins(market, 'one', moment).sort((a, b) => a.rank - b.rank);
    expect(byRank.map(({ rank }) => rank)).toEqual(byRank.map((_, position) => position + 1));
    const caps = byRank.map(({ marketCapUsd }) => marketCapUsd);
    expect(caps).toEqual(caps.toSorted((a, b) => b - a));
  });

  it('leaves the market itself as it was', () => {
    const before = structuredClone(market.coinsAt(moment));
    listedCoins(market, 'one', moment);
    expect(market.coinsAt(moment)).toEqual(before);
  });
});
