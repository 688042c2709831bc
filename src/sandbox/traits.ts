import type { CoinIdentity } from './identity.ts';
import { hashOf, pick, unit } from './kit/random.ts';

/** All of a coin that does not change with time. */
export interface CoinTraits extends CoinIdentity {
  index: number;
  walkSeed: number;
  marketSeed: number;
  /** The middle of the price's walk. */
  basePriceUsd: number;
  /** About the standard deviation of a day's change in log price. */
  dailyVolatility: number;
  /** How far the coin follows the market as a whole: 0 not at all, 1 as the average does. */
  beta: number;
  /** When in its cycle a coin is pumped, in milliseconds; null for one that never is. */
  pumpPhaseMs: number | null;
  circulatingSupply: number;
  totalSupply: number | null;
  maxSupply: number | null;
  volumeUsd: number;
  /** A source hears of the coin this often, at `updatePhaseMs` past the whole interval. */
  updateEveryMs: number;
  updatePhaseMs: number;
  firstDataAt: Date;
  athAt: Date;
}

/** What is given of a coin; the rest is invented. */
export interface TraitHints {
  priceUsd?: number | undefined;
  circulatingSupply?: number | undefined;
  maxSupply?: number | null | undefined;
  firstYear?: number | undefined;
  kind: 'known' | 'pegged' | 'pumped' | 'common';
  pumpPhaseMs?: number;
}

const secondMs = 1_000;
const minuteMs = 60_000;
const dayMs = 86_400_000;

/** The whole of a coin from its name, its place in the list and what is known of it. */
export function inventTraits(
  seed: number,
  index: number,
  identity: CoinIdentity,
  hints: TraitHints,
): CoinTraits {
  const chance = (what: string): number => unit(seed, what, index);
  const basePriceUsd = hints.priceUsd ?? inventPrice(chance);
  const capUsd = inventMarketCap(index, chance);
  const circulatingSupply = hints.circulatingSupply ?? inventSupply(capUsd / basePriceUsd, chance);
  const updateEveryMs = inventInterval(hints.kind, chance('interval kind'), chance('interval'));
  return {
    ...identity,
    index,
    walkSeed: hashOf(seed, 'walk', index),
    marketSeed: hashOf(seed, 'market'),
    basePriceUsd,
    ...temper(hints.kind, chance),
    pumpPhaseMs: hints.pumpPhaseMs ?? null,
    circulatingSupply,
    ...ceilings(circulatingSupply, hints.maxSupply, chance),
    volumeUsd: inventVolume(circulatingSupply * basePriceUsd || capUsd, hints.kind, chance),
    updateEveryMs,
    updatePhaseMs: Math.floor(chance('phase') * updateEveryMs),
    ...inventDates(hints.firstYear ?? 2013 + Math.floor(chance('year') * 13), chance),
  };
}

type Chance = (what: string) => number;

/** From 1e-11 to 1e5, most of them around a tenth of a cent. */
function inventPrice(chance: Chance): number {
  const middle = (chance('price a') + chance('price b') + chance('price c')) / 3;
  return 10 ** (-11 + 16 * middle);
}

function inventMarketCap(index: number, chance: Chance): number {
  return 8e8 * (Math.max(index, 60) / 60) ** -1.8 * 10 ** (1 - 3 * chance('cap') ** 2);
}

function inventSupply(supply: number, chance: Chance): number {
  if (chance('no supply') < 0.18) return 0;
  const bounded = Math.min(Math.max(supply, 100), 9.2e14);
  return chance('fraction') < 0.3 ? Number(bounded.toFixed(4)) : Math.round(bounded);
}

function ceilings(
  circulating: number,
  known: number | null | undefined,
  chance: Chance,
): { totalSupply: number | null; maxSupply: number | null } {
  if (known !== undefined) return { totalSupply: circulating, maxSupply: known };
  const total = circulating === 0 ? 1_000_000_000 : Math.round(circulating * (1 + chance('total') ** 3));
  const max = chance('max') < 0.5 ? total : Math.round(total * (1 + chance('max more')));
  return {
    totalSupply: chance('no total') < 0.09 ? null : total,
    maxSupply: chance('no max') < 0.65 ? null : max,
  };
}

function inventVolume(capUsd: number, kind: TraitHints['kind'], chance: Chance): number {
  if (kind === 'common' && chance('dead') < 0.03) return 0;
  const turnover =
    kind === 'common' ? 10 ** (-4 + 3 * chance('turnover')) : 10 ** (-1.8 + chance('turnover'));
  return capUsd * turnover;
}

function temper(kind: TraitHints['kind'], chance: Chance): { dailyVolatility: number; beta: number } {
  if (kind === 'pegged') return { dailyVolatility: 0.0002, beta: 0 };
  if (kind === 'known') {
    return { dailyVolatility: 0.006 + 0.02 * chance('volatility'), beta: 0.8 + 0.5 * chance('beta') };
  }
  return { dailyVolatility: 0.02 + 0.09 * chance('volatility') ** 2, beta: 1.3 * chance('beta') };
}

/** Up to a day every interval divides the day, so that a coin's price of 24 h ago was one that it had shown. */
function inventInterval(kind: TraitHints['kind'], kindChance: number, chance: number): number {
  if (kind !== 'common' || kindChance < 0.9) return pick([20, 30, 45, 60, 90, 120], chance) * secondMs;
  if (kindChance < 0.95) return pick([3, 5, 10, 20, 40], chance) * minuteMs;
  return pick([1, 2, 3, 5, 7, 14, 21, 42], chance) * dayMs;
}

function inventDates(year: number, chance: Chance): { firstDataAt: Date; athAt: Date } {
  const firstMs = Date.UTC(year, 0, 1) + Math.floor(chance('first day') * 300) * dayMs;
  const lastMs = Date.UTC(2025, 9, 6);
  const athMs = firstMs + Math.floor(chance('ath') * Math.max(lastMs - firstMs, dayMs));
  return { firstDataAt: new Date(firstMs), athAt: new Date(athMs) };
}
