import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { createMarket } from './market.ts';
import { oddCoins } from './odd-coins.ts';

const startedAt = new Date('2026-03-01T00:00:00Z');
const dayMs = 86_400_000;
const at = (afterMs: number): Date => new Date(startedAt.getTime() + afterMs);
const create = (seed: number, coins = 2_000) =>
  createMarket({ seed, coins, speed: 1, startedAt, clock: () => startedAt });

describe('the same seed and moment', () => {
  it('give the same coins in another market', () => {
    expect(create(1).coinsAt(at(123_456))).toEqual(create(1).coinsAt(at(123_456)));
  });

  it('give the same coins whatever was looked at before', () => {
    const market = create(1, 300);
    for (let day = 1; day <= 20; day += 1) market.coinsAt(at(day * dayMs));
    expect(market.coinsAt(at(0))).toEqual(create(1, 300).coinsAt(at(0)));
  });

  it('give the same coins in another process', () => {
    const url = new URL('./market.ts', import.meta.url).href;
    const script = `
      import { createMarket } from ${JSON.stringify(url)};
      const startedAt = new Date(${startedAt.getTime()});
      const market = createMarket({ seed: 9, coins: 200, speed: 1, startedAt, clock: () => startedAt });
      process.stdout.write(JSON.stringify(market.coinsAt(startedAt)));`;
    const other = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
      encoding: 'utf8',
    });
    expect(JSON.parse(other)).toEqual(JSON.parse(JSON.stringify(create(9, 200).coinsAt(startedAt))));
  });

  it('and another seed give others', () => {
    const [one, two] = [create(1).coinsAt(startedAt), create(2).coinsAt(startedAt)];
    expect(one.map(({ slug }) => slug)).not.toEqual(two.map(({ slug }) => slug));
    expect(one[0]?.priceUsd).not.toBe(two[0]?.priceUsd);
  });
});

describe('the walk of prices', () => {
  const market = create(3);

  it('does not jump from one moment to the next', () => {
    for (let step = 0; step < 20; step += 1) {
      const later = market.coinsAt(at(step * 5_000 + 5_000));
      for (const coin of market.coinsAt(at(step * 5_000))) {
        const next = later[coin.index];
        const gapMs = (next?.updatedAt.getTime() ?? 0) - coin.updatedAt.getTime();
        if (gapMs <= 120_000) expect(Math.abs((next?.priceUsd ?? 0) / coin.priceUsd - 1)).toBeLessThan(0.035);
      }
    }
  });

  it('moves most coins within a few minutes', () => {
    const later = market.coinsAt(at(300_000));
    const moved = market.coinsAt(startedAt).filter((coin) => later[coin.index]?.priceUsd !== coin.priceUsd);
    expect(moved.length).toBeGreaterThan(1_700);
  });

  it('agrees with the changes it tells', () => {
    const yesterday = market.coinsAt(at(-dayMs));
    const lastWeek = market.coinsAt(at(-7 * dayMs));
    for (const coin of market.coinsAt(startedAt).slice(0, 60)) {
      const change = (then: number | undefined): number => (coin.priceUsd / (then ?? 0) - 1) * 100;
      expect(coin.percentChange24h).toBeCloseTo(change(yesterday[coin.index]?.priceUsd), 8);
      expect(coin.percentChange7d).toBeCloseTo(change(lastWeek[coin.index]?.priceUsd), 8);
    }
  });

  it('stays between the low and the high of the day, and below the all-time high', () => {
    for (const coin of market.coinsAt(at(98_765_432))) {
      const dayAgo = coin.priceUsd / (1 + coin.percentChange24h / 100);
      expect(coin.low24hUsd).toBeLessThanOrEqual(Math.min(coin.priceUsd, dayAgo) * 1.000_001);
      expect(coin.high24hUsd).toBeGreaterThanOrEqual(Math.max(coin.priceUsd, dayAgo) * 0.999_999);
      expect(coin.athUsd).toBeGreaterThanOrEqual(coin.high24hUsd);
    }
  });

  it('keeps the dollar’s coins at the dollar', () => {
    for (let day = 0; day < 30; day += 1) {
      expect(Math.abs((market.coinsAt(at(day * dayMs))[2]?.priceUsd ?? 0) - 1)).toBeLessThan(0.01);
    }
  });
});

describe('the market’s time', () => {
  it('runs at its speed from where it started', () => {
    const clock = { now: at(10_000) };
    const market = createMarket({ seed: 1, coins: 10, speed: 60, startedAt, clock: () => clock.now });
    expect(market.now()).toEqual(at(600_000));
    clock.now = at(11_000);
    expect(market.now()).toEqual(at(660_000));
  });
});

describe.each([1, 2, 3])('the coins of seed %i', (seed) => {
  const coins = create(seed).coinsAt(startedAt);
  const count = (keyOf: (coin: (typeof coins)[number]) => string): number => {
    const groups = Map.groupBy(coins, keyOf);
    return coins.filter((coin) => (groups.get(keyOf(coin))?.length ?? 0) > 1).length;
  };

  it('share their symbols as on the real market, some the name too', () => {
    expect(count(({ symbol }) => symbol) / coins.length).toBeGreaterThan(0.3);
    expect(count(({ symbol }) => symbol) / coins.length).toBeLessThan(0.45);
    expect(count(({ symbol, name }) => `${symbol} ${name}`)).toBeGreaterThan(40);
  });

  it('have ids of their own, upper-case symbols, and ranks without gaps', () => {
    expect(count(({ slug }) => slug)).toBe(0);
    expect(coins.filter(({ symbol }) => symbol !== symbol.toUpperCase())).toEqual([]);
    expect(coins.map(({ rank }) => rank).sort((a, b) => a - b)).toEqual(coins.map((_, index) => index + 1));
    expect(coins.slice(0, 2).map(({ slug, rank }) => [slug, rank])).toEqual([
      ['bitcoin', 1],
      ['ethereum', 2],
    ]);
  });

  it('hold every oddity that breaks naive readers', () => {
    const slugs = new Set(coins.map(({ slug }) => slug));
    const symbols = new Set(coins.map(({ symbol }) => symbol));
    expect(oddCoins.filter(({ slug }) => !slugs.has(slug))).toEqual([]);
    for (const slug of ['_', '-10', '1move token', 'boringdao-[old]']) expect(slugs).toContain(slug);
    for (const symbol of ['NAN', 'INF', 'TRUE', 'N/A', 'NULL', 'ON', '42', '000', '$$$', '老板', '🟥🟩']) {
      expect(symbols).toContain(symbol);
    }
    expect(coins.some(({ name }) => name.includes('\u200b'))).toBe(true);
    expect(coins.some(({ name }) => name.endsWith(' '))).toBe(true);
    expect(coins.some(({ name }) => name.includes('"') && name.includes(','))).toBe(true);
  });

  it('reach the ends of what was seen in prices, supplies and ages', () => {
    const prices = coins.map(({ priceUsd }) => priceUsd);
    expect(Math.min(...prices)).toBeLessThan(5e-11);
    expect(Math.max(...prices)).toBeGreaterThan(50_000);
    expect(Math.max(...coins.map(({ circulatingSupply }) => circulatingSupply))).toBe(9.2e14);
    expect(coins.filter(({ marketCapUsd }) => marketCapUsd === 0).length).toBeGreaterThan(100);
    const ages = coins.map(({ updatedAt }) => startedAt.getTime() - updatedAt.getTime());
    expect(Math.min(...ages)).toBeGreaterThanOrEqual(0);
    expect(ages.filter((ageMs) => ageMs > 7 * dayMs).length).toBeGreaterThan(5);
    expect(ages.filter((ageMs) => ageMs > 300_000 && ageMs < dayMs).length).toBeGreaterThan(10);
    expect(ages.filter((ageMs) => ageMs < 120_000).length).toBeGreaterThan(1_600);
  });

  it('always have one that rose by thousands of percent', () => {
    const market = create(seed);
    for (let half = 0; half < 14; half += 1) {
      const changes = market.coinsAt(at((half * dayMs) / 2)).map(({ percentChange24h }) => percentChange24h);
      expect(Math.max(...changes)).toBeGreaterThan(3_000);
    }
  });
});

describe('a quote currency', () => {
  const market = create(4, 100);

  it('is worth what its coin costs', () => {
    expect(market.usdPer('BTC', at(777_777))).toBe(market.coinsAt(at(777_777))[0]?.priceUsd);
  });

  it('is the dollar, a national one, or unknown', () => {
    expect(market.usdPer('USD', startedAt)).toBe(1);
    expect(market.usdPer('EUR', startedAt)).toBeGreaterThan(1);
    expect(market.usdPer('XXX', startedAt)).toBeNull();
    expect(market.usdPer('constructor', startedAt)).toBeNull();
  });
});
