import { noise } from './kit/random.ts';
import type { CoinTraits } from './traits.ts';

const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;

/** From a minute to half a year; each octave is as high as a random walk gets in its period. */
const octaves = [minuteMs, 8 * minuteMs, hourMs, 8 * hourMs, 2.5 * dayMs, 20 * dayMs, 160 * dayMs].map(
  (periodMs) => ({ periodMs, height: Math.sqrt(periodMs / dayMs) }),
);
const walkMax = octaves.reduce((sum, { height }) => sum + height, 0);
const marketVolatility = 0.018;

const pumpCycleMs = 6 * dayMs;
const pumpRiseMs = 6 * hourMs;
const pumpHeight = Math.log(100);

/**
 * A random walk that can be looked up at any moment without the moments before it, in units of the standard deviation
 * of a day. A sum of noise keeps both ends: steps as small as asked for, and a level that never runs away.
 */
function walk(seed: number, timeMs: number): number {
  let sum = 0;
  for (const [octave, { periodMs, height }] of octaves.entries()) {
    sum += height * noise(seed + octave, timeMs / periodMs);
  }
  return sum;
}

/** Up a hundredfold in six hours, a day up there, four days down, a day of rest. */
function pump(phaseMs: number, timeMs: number): number {
  const sinceMs = (timeMs + phaseMs) % pumpCycleMs;
  if (sinceMs < pumpRiseMs) return (pumpHeight * sinceMs) / pumpRiseMs;
  if (sinceMs < dayMs) return pumpHeight;
  return pumpHeight * Math.max(0, 1 - (sinceMs - dayMs) / (4 * dayMs));
}

/** Coins with phases this far apart, the whole cycle through, see to it that one is always freshly up. */
export const pumpPhases: readonly number[] = Array.from({ length: 12 }, (_, step) => step * 12 * hourMs);

/** The price in USD at a time. */
export function priceAt(coin: CoinTraits, timeMs: number): number {
  const own = coin.dailyVolatility * walk(coin.walkSeed, timeMs);
  const common = coin.beta === 0 ? 0 : coin.beta * marketVolatility * walk(coin.marketSeed, timeMs);
  const extra = coin.pumpPhaseMs === null ? 0 : pump(coin.pumpPhaseMs, timeMs);
  return coin.basePriceUsd * Math.exp(own + common + extra);
}

/** No price is ever above this one, in USD. */
export function priceMax(coin: CoinTraits): number {
  const reach = (coin.dailyVolatility + coin.beta * marketVolatility) * walkMax;
  return coin.basePriceUsd * Math.exp(reach + (coin.pumpPhaseMs === null ? 0 : pumpHeight));
}

/** The volume of 24 h in USD at a time. */
export function volumeAt(coin: CoinTraits, timeMs: number): number {
  const swing = 0.4 * noise(coin.walkSeed ^ 0x5bd1e995, timeMs / (8 * hourMs));
  return coin.volumeUsd * Math.exp(swing + 0.5 * noise(coin.walkSeed ^ 0x1b873593, timeMs / (3 * dayMs)));
}
