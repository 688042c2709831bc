import type { CurrencyView } from '../../sandbox/kit/currency.ts';
import type { SandboxCoin, SandboxMarket } from '../sandbox-market.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const windowMs = {
  '1h': hourMs,
  '24h': dayMs,
  '7d': 7 * dayMs,
  '14d': 14 * dayMs,
  '30d': 30 * dayMs,
  '200d': 200 * dayMs,
  '1y': 365 * dayMs,
} as const;
export type Window = keyof typeof windowMs;

export const windows = Object.keys(windowMs) as [Window, ...Window[]];

export type ChangesOf = (coin: SandboxCoin) => Record<string, number | null>;

/** `price_change_percentage_<window>_in_currency` of a coin; null where the coin is younger than the window. */
export function createChanges(
  market: SandboxMarket,
  asked: readonly Window[],
  currency: CurrencyView,
  moment: Date,
): ChangesOf {
  const lookups = [...new Set(asked)].map((window) => {
    const thenMs = moment.getTime() - windowMs[window];
    const percentUsd = percentSince(market, window, new Date(thenMs));
    return { key: `price_change_percentage_${window}_in_currency`, window, thenMs, percentUsd };
  });
  return (coin) =>
    Object.fromEntries(
      lookups.map(({ key, window, thenMs, percentUsd }) => [
        key,
        coin.firstDataAt.getTime() > thenMs ? null : currency.change(percentUsd(coin), windowMs[window]),
      ]),
    );
}

/** Four windows are a coin's own; for the others the whole market is looked up once. */
function percentSince(market: SandboxMarket, window: Window, then: Date): (coin: SandboxCoin) => number {
  if (window === '1h') return (coin) => coin.percentChange1h;
  if (window === '24h') return (coin) => coin.percentChange24h;
  if (window === '7d') return (coin) => coin.percentChange7d;
  if (window === '30d') return (coin) => coin.percentChange30d;
  const coinsThen = market.coinsAt(then);
  return (coin) => (coin.priceUsd / (coinsThen[coin.index]?.priceUsd ?? coin.priceUsd) - 1) * 100;
}

/** 168 hourly prices that pass through those of seven days, a day and an hour ago, even in between. */
export function sparkline(coin: SandboxCoin, currency: CurrencyView): { price: number[] } {
  const ago = (percent: number): number => Math.log(coin.priceUsd / (1 + percent / 100));
  const points = [
    { hour: 0, log: ago(coin.percentChange7d) },
    { hour: 144, log: ago(coin.percentChange24h) },
    { hour: 167, log: ago(coin.percentChange1h) },
  ] as const;
  const price = Array.from({ length: 168 }, (_, hour) => {
    const [from, to] = hour < 144 ? [points[0], points[1]] : [points[1], points[2]];
    const share = (hour - from.hour) / (to.hour - from.hour);
    return currency.fromUsd(Math.exp(from.log + (to.log - from.log) * share));
  });
  return { price };
}
