import { hashOf, noise } from './kit/random.ts';

const dayMs = 86_400_000;

/** USD for one unit, about which it moves. */
const fiatUsd: Readonly<Record<string, number>> = {
  AUD: 0.66,
  BRL: 0.18,
  CAD: 0.72,
  CHF: 1.25,
  CNY: 0.14,
  CZK: 0.048,
  DKK: 0.156,
  EUR: 1.16,
  GBP: 1.33,
  HKD: 0.128,
  INR: 0.0112,
  JPY: 0.0064,
  KRW: 0.000_68,
  MXN: 0.055,
  NOK: 0.099,
  NZD: 0.58,
  PLN: 0.275,
  SEK: 0.106,
  SGD: 0.77,
  TRY: 0.0235,
  ZAR: 0.058,
};

/** Coins that prices are asked in. */
export const quoteCoins: ReadonlySet<string> = new Set(
  'BTC ETH BNB XRP SOL LTC BCH DOT LINK XLM YFI'.split(' '),
);

/** USD for one unit of a national currency (upper case) at a time, or null when it is not known. */
export function fiatUsdAt(seed: number, currency: string, timeMs: number): number | null {
  if (currency === 'USD') return 1;
  const middle = Object.hasOwn(fiatUsd, currency) ? fiatUsd[currency] : undefined;
  if (middle === undefined) return null;
  const walk = hashOf(seed, 'fiat', currency);
  return (
    middle *
    Math.exp(0.02 * noise(walk, timeMs / (40 * dayMs)) + 0.004 * noise(walk + 1, timeMs / (2 * dayMs)))
  );
}
