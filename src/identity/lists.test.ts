import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { homeOf, noIdentity } from './fold.ts';
import { createResolver } from './resolve.ts';
import { coinKey, type SourceCoin } from './source-coin.ts';
import { freshResolver, gecko, paprika } from './testing.ts';

const folder = join(import.meta.dirname, '../../../shared/payloads');
const read = <Item>(path: string): Item[] => JSON.parse(readFileSync(join(folder, path), 'utf8')) as Item[];

interface Listed {
  id: string;
  symbol: string;
  name: string;
  rank?: number;
  is_active?: boolean;
}
interface Market extends Listed {
  current_price: number;
  market_cap_rank: number;
  last_updated: string;
}
interface Ticker extends Listed {
  last_updated: string;
  quotes: { USD: { price: number } };
}

function geckoCoins(): SourceCoin[] {
  const paths = ['coingecko/markets_2021-06-24_usd_100.json', 'coingecko/markets_2025-12-29_usd_100.json'];
  const markets = new Map(paths.flatMap((path) => read<Market>(path)).map((coin) => [coin.id, coin]));
  return read<Listed>('coingecko/coins_list_2022-01.json').map(({ id, symbol, name }) => {
    const market = markets.get(id);
    if (market === undefined) return gecko(id, symbol, name, { observedAt: null });
    const { current_price, market_cap_rank, last_updated } = market;
    const figures = { priceUsd: String(current_price), rank: market_cap_rank };
    return gecko(id, symbol, name, { ...figures, observedAt: new Date(last_updated) });
  });
}

function paprikaCoins(): SourceCoin[] {
  const tickers = new Map(
    read<Ticker>('coinpaprika/tickers_2019-09-06_usd_2541.json').map((coin) => [coin.id, coin]),
  );
  return read<Listed>('coinpaprika/coins_list_2019-09.json').map(({ id, symbol, name, rank, is_active }) => {
    const ticker = tickers.get(id);
    return paprika(id, symbol, name, {
      rank: rank || null,
      isActive: is_active ?? true,
      priceUsd: ticker ? String(ticker.quotes.USD.price) : null,
      observedAt: ticker ? new Date(ticker.last_updated) : null,
    });
  });
}

describe.skipIf(!existsSync(folder))('recorded lists (skipped where ../shared/payloads is absent)', () => {
  let coins: SourceCoin[] = [];
  beforeAll(() => {
    coins = [...geckoCoins(), ...paprikaCoins()];
  });

  it('finds at least 93 % of the true pairs that are in both lists, and links none of them to another', () => {
    const { resolver } = freshResolver(coins);
    const state = resolver.state();
    const known = new Set(coins.map(coinKey));
    const members = Map.groupBy(known, (key) => homeOf(state, key));
    const lines = readFileSync(join(folder, 'identity/pairs_sample_100.csv'), 'utf8')
      .trim()
      .split('\n')
      .slice(1);
    const pairs = lines
      .map((line) => line.trim().split(','))
      .map(([a = '', b = '']) => [`coingecko:${a}`, `coinpaprika:${b}`] as const)
      .filter((pair) => pair.every((key) => known.has(key)));
    const companions = pairs.map(([a]) => (members.get(homeOf(state, a)) ?? []).filter((key) => key !== a));
    const missed = pairs.filter(([, b], place) => !companions[place]?.includes(b));
    const wrong = companions.flatMap((keys, place) => keys.filter((key) => key !== pairs[place]?.[1]));
    expect(pairs.length).toBe(47);
    expect(wrong).toEqual([]);
    expect(missed.length / pairs.length, `missed: ${JSON.stringify(missed)}`).toBeLessThanOrEqual(0.07);
  });

  it('decides nothing when only prices have moved, and looks at no more than that', () => {
    const { resolver, decisions } = freshResolver(coins);
    expect(decisions.length).toBe(coins.length);
    const moved = coins.slice(-2_500).map((coin) => ({ ...coin, rank: (coin.rank ?? 0) + 1 }));
    const began = performance.now();
    expect(resolver.update(moved)).toEqual([]);
    process.stdout.write(`2,500 quotes without news: ${(performance.now() - began).toFixed(1)} ms\n`);
  });
});

describe('20,000 and 10,000 source coins', () => {
  it('get a home each in one pass', () => {
    const tail = ['Token', 'Coin', 'Network', 'Finance', ''];
    const many = Array.from({ length: 20_000 }, (_, index) => {
      const symbol = `s${index % 12_000}`;
      const name = `Coin of ${index} ${tail[index % 5]}`.trim();
      const contracts =
        index % 2 === 0 ? [{ platform: 'ethereum', address: `0x${index.toString(16)}a` }] : [];
      return gecko(name.toLowerCase().replaceAll(' ', '-'), symbol, name, {
        contracts,
        priceUsd: `${index + 1}`,
      });
    });
    const others = many.slice(0, 10_000).map(({ symbol, name, contracts, priceUsd }, index) =>
      paprika(`${symbol}-${index}`, symbol ?? '', name, {
        contracts: contracts.map(({ address }) => ({ platform: 'eth-ethereum', address })),
        priceUsd,
      }),
    );
    const resolver = createResolver({ identity: noIdentity, coins: [...many, ...others] });
    const began = performance.now();
    const decisions = resolver.update([]);
    process.stdout.write(`30,000 source coins: ${(performance.now() - began).toFixed(0)} ms\n`);
    const state = resolver.state();
    expect(decisions.length).toBe(30_000);
    expect(new Set([...many, ...others].map((coin) => homeOf(state, coinKey(coin)))).size).toBe(20_000);
  });
});
