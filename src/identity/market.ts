import type { SourceCoin } from './source-coin.ts';

/** Whether two coins' figures are what one coin's would be. */
export type Keeping = 'agrees' | 'differs' | 'unknown';

export interface MarketComparison {
  price: Keeping;
  rank: Keeping;
}

const hourMs = 3_600_000;

/**
 * How far two prices of one coin may be apart. Of 2,541 coins 0.3 % moved by more than a factor of 2 in an hour, 1.7 %
 * by more than 3 in a day; two coins taken by chance are within 2 in 12 %, within 3 in 19 % of cases. The same for two
 * coins that share a symbol: 12 % and 19 %.
 */
const tolerances = [
  { apartMs: hourMs, factor: 2 },
  { apartMs: 24 * hourMs, factor: 3 },
];

/** Places are told apart by ratio, and the first fifty are one place: over two whole years 5 % drifted by more than 10. */
const rankFactor = 10;
const rankPlaces = 50;

const isWithin = (a: number, b: number, factor: number): boolean => a <= b * factor && b <= a * factor;

function apartMs(a: SourceCoin, b: SourceCoin): number {
  if (a.observedAt === null || b.observedAt === null) return Infinity;
  return Math.abs(a.observedAt.getTime() - b.observedAt.getTime());
}

/** Null where it is missing, or a zero that stands for missing. */
const known = (value: string | number | null): number | null => {
  const number = Number(value ?? 0);
  return number > 0 && Number.isFinite(number) ? number : null;
};

/** Figures more than a day apart say nothing. */
export function compareMarket(a: SourceCoin, b: SourceCoin): MarketComparison {
  const apart = apartMs(a, b);
  const factor = tolerances.find((tolerance) => apart <= tolerance.apartMs)?.factor;
  if (factor === undefined) return { price: 'unknown', rank: 'unknown' };
  const [priceA, priceB, rankA, rankB] = [known(a.priceUsd), known(b.priceUsd), known(a.rank), known(b.rank)];
  return {
    price: priceA === null || priceB === null ? 'unknown' : keeping(isWithin(priceA, priceB, factor)),
    rank:
      rankA === null || rankB === null
        ? 'unknown'
        : keeping(isWithin(rankA + rankPlaces, rankB + rankPlaces, rankFactor)),
  };
}

const keeping = (is: boolean): Keeping => (is ? 'agrees' : 'differs');

const tightFactor = 1.1;

/** Alike enough to speak for two coins by itself: 1.8 % of two coins taken by chance are. A price near one dollar is many coins'. */
export function isSamePrice(a: SourceCoin, b: SourceCoin): boolean {
  const [priceA, priceB] = [known(a.priceUsd), known(b.priceUsd)];
  if (priceA === null || priceB === null || apartMs(a, b) > hourMs) return false;
  return isWithin(priceA, priceB, tightFactor) && !isWithin(priceA, 1, tightFactor);
}
