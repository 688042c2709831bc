import type { CoinConditions } from '../graphql/coins.ts';
import type { PastCoinRow } from './coins.ts';

type Test = (row: PastCoinRow) => boolean;

const given = <T>(value: T | null | undefined, test: (value: T) => Test): Test[] =>
  value === null || value === undefined ? [] : [test(value)];

/** Null meets no bound, as in the database. */
const atLeast = (value: string | number | null, least: number): boolean =>
  value !== null && Number(value) >= least;
const atMost = (value: string | number | null, most: number): boolean =>
  value !== null && Number(value) <= most;

const contains = (text: string | null, part: string): boolean => text?.toLowerCase().includes(part) ?? false;

function searched(text: string): Test {
  const part = text.trim().toLowerCase();
  return ({ symbol, name, coinId }) =>
    contains(symbol, part) || contains(name, part) || contains(coinId, part);
}

/** Pure: the same as the conditions of live coins, on rows in memory. */
export function meets(filter: CoinConditions): Test {
  const tests = [
    ...given(filter.ids, (ids) => {
      const wanted = new Set(ids);
      return ({ coinId }) => wanted.has(coinId);
    }),
    ...given(filter.symbols, (symbols) => {
      const wanted = new Set(symbols.map((symbol) => symbol.toUpperCase()));
      return ({ symbol }) => symbol !== null && wanted.has(symbol);
    }),
    ...given(filter.search, searched),
    ...given<string>(
      filter.source,
      (source) =>
        ({ sources }) =>
          sources.includes(source),
    ),
    ...given<number>(
      filter.minPriceUsd,
      (least) =>
        ({ price }) =>
          atLeast(price, least),
    ),
    ...given<number>(
      filter.maxPriceUsd,
      (most) =>
        ({ price }) =>
          atMost(price, most),
    ),
    ...given<number>(
      filter.minMarketCapUsd,
      (least) =>
        ({ marketCap }) =>
          atLeast(marketCap, least),
    ),
    ...given<number>(
      filter.minVolume24hUsd,
      (least) =>
        ({ volume24h }) =>
          atLeast(volume24h, least),
    ),
    ...given<number>(
      filter.minPercentChange24h,
      (least) =>
        ({ percentChange24h }) =>
          atLeast(percentChange24h, least),
    ),
    ...given<number>(
      filter.maxPercentChange24h,
      (most) =>
        ({ percentChange24h }) =>
          atMost(percentChange24h, most),
    ),
    ...given<number>(
      filter.maxRank,
      (most) =>
        ({ rank }) =>
          atMost(rank, most),
    ),
    ...given<number>(
      filter.minLinkedSources,
      (least) =>
        ({ linkedSources }) =>
          linkedSources >= least,
    ),
  ];
  return (row) => tests.every((test) => test(row));
}
