import { Float, Int, ObjectType } from 'type-graphql';
import type { MarketTotals } from '../../../read/graphql/market.ts';
import { Optional, Required } from '../fields.ts';
import { DateTime } from '../scalars.ts';
import { toFloat } from './numbers.ts';

@ObjectType({
  description: 'The market as all coins together make it, each with the consensus of its quotes.',
  simpleResolvers: true,
})
export class Market {
  @Optional(() => Float, 'The sum of all market caps in USD; null when no coin has one.')
  totalMarketCapUsd: number | null;

  @Optional(() => Float, 'The sum of all volumes of the last 24 hours in USD; null when no coin has one.')
  totalVolume24hUsd: number | null;

  @Optional(() => Float, "Bitcoin's share of the market cap, in percent; null when it has none.")
  btcDominancePercent: number | null;

  @Required(() => Int, 'How many coins there are, those without a price too.')
  coinCount: number;

  @Optional(() => DateTime, 'When the newest quote of any coin was observed.')
  observedAt: Date | null;
}

/** The market as the API shows it. */
export function marketTypeOf({ bitcoinMarketCap, ...totals }: MarketTotals): Market {
  const [total, bitcoin] = [toFloat(totals.marketCap), toFloat(bitcoinMarketCap)];
  const hasShare = total !== null && total > 0 && bitcoin !== null;
  return {
    totalMarketCapUsd: total,
    totalVolume24hUsd: toFloat(totals.volume24h),
    btcDominancePercent: hasShare ? (bitcoin / total) * 100 : null,
    coinCount: totals.coinCount,
    observedAt: totals.observedAt,
  };
}
