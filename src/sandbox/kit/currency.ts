import type { SandboxMarket } from '../../sources/sandbox-market.ts';

/** A quote currency as it stands at one moment. */
export interface CurrencyView {
  /** Upper case. */
  code: string;
  fromUsd(usd: number): number;
  /** A change in USD over that time, in percent, as it is in this currency. */
  change(percentUsd: number, windowMs: number): number;
}

/** The currency (in either case) at that moment, or null when the market does not know it. */
export function currencyAt(market: SandboxMarket, code: string, moment: Date): CurrencyView | null {
  const upperCase = code.toUpperCase();
  const usdNow = market.usdPer(upperCase, moment);
  if (usdNow === null) return null;
  /** What the currency was worth so long ago, against now: looked up once for all coins. */
  const ratios = new Map<number, number>();
  const ratioOf = (windowMs: number): number => {
    const known = ratios.get(windowMs);
    if (known !== undefined) return known;
    const usdThen = market.usdPer(upperCase, new Date(moment.getTime() - windowMs));
    const ratio = (usdThen ?? usdNow) / usdNow;
    ratios.set(windowMs, ratio);
    return ratio;
  };
  return {
    code: upperCase,
    fromUsd: (usd) => usd / usdNow,
    change: (percentUsd, windowMs) => ((1 + percentUsd / 100) * ratioOf(windowMs) - 1) * 100,
  };
}
