import type { Contract, Decimal, SourceCoinRef } from '../sources/record.ts';

export type { Contract, SourceCoinRef };

/** What is known of a source's coin, as far as it tells which coin it is. Null: unknown. */
export interface SourceCoin extends SourceCoinRef {
  symbol: string | null;
  name: string | null;
  /** Within the source, from 1. */
  rank: number | null;
  priceUsd: Decimal | null;
  /** Of price and rank. */
  observedAt: Date | null;
  contracts: readonly Contract[];
  /** False: the source lists it and no longer follows it. */
  isActive?: boolean;
  /** Ids of other sources that the source's mapping endpoint says are this coin. */
  mappedIds?: readonly SourceCoinRef[];
  /** Ids of other sources that a file names for it. */
  declaredIds?: readonly SourceCoinRef[];
}

/** One text for a source's coin; no source's name has a colon. */
export const coinKey = ({ source, sourceCoinId }: SourceCoinRef): string => `${source}:${sourceCoinId}`;

/** What may be one coin with several ids of the same source: files are written by anyone, in any vocabulary. */
const sourcesWithSeveralIds: ReadonlySet<string> = new Set(['csv']);

export const hasOneIdPerCoin = (source: string): boolean => !sourcesWithSeveralIds.has(source);

/** Whose ids are read first, and whose coin comes first where neither is older. Any other source follows. */
const precedence = ['coingecko', 'coinpaprika'];
const last = ['csv'];

function placeOf(source: string): number {
  const place = precedence.indexOf(source);
  if (place >= 0) return place;
  return last.includes(source) ? precedence.length + 1 : precedence.length;
}

export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** An order that does not hang on how the coins came in. */
export const compareCoins = (a: SourceCoinRef, b: SourceCoinRef): number =>
  placeOf(a.source) - placeOf(b.source) ||
  compareText(a.source, b.source) ||
  compareText(a.sourceCoinId, b.sourceCoinId);
