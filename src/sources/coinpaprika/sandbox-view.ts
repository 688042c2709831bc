import { listedCoins } from '../../sandbox/kit/listing.ts';
import { unit } from '../../sandbox/kit/random.ts';
import type { SandboxCoin, SandboxMarket } from '../sandbox-market.ts';

/** The most coins that the free plan gets. */
const coinsFreeMax = 2_000;
/** How far from its place in the market's list a coin can stand in an answer. */
const disorder = 300;

export type Plan = 'free' | 'paid';

/** What an answer is made from. */
export interface View {
  market: SandboxMarket;
  plan: Plan;
  moment: Date;
  /** The active coins, in the order of answers, which is not that of rank. */
  coins: SandboxCoin[];
}

/** The coins that a plan gets at that moment. */
export function createView(market: SandboxMarket, plan: Plan, moment: Date): View {
  const placeOf = (coin: SandboxCoin): number =>
    coin.index + disorder * unit('coinpaprika', 'place', coin.index);
  const listed = listedCoins(market, 'coinpaprika', moment);
  const granted = plan === 'free' ? listed.filter((coin) => coin.rank <= coinsFreeMax) : listed;
  return { market, plan, moment, coins: granted.sort((a, b) => placeOf(a) - placeOf(b)) };
}

/** `<symbol>-<slug>`, of letters, digits and hyphens only. */
export function paprikaId(coin: SandboxCoin): string {
  const words = `${coin.symbol} ${coin.slug}`.normalize('NFKD').toLowerCase();
  return words.replaceAll(/[^\p{L}\p{N}]+/gu, '-').replaceAll(/^-|-$/g, '');
}

/** Times have no fraction of a second. */
export function paprikaTime(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

/** Percentages have two decimal places. */
export function paprikaPercent(percent: number): number {
  return Number(percent.toFixed(2));
}
