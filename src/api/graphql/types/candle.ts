import { Float, Int, ObjectType } from 'type-graphql';
import type { CandleRow } from '../../../read/graphql/candles.ts';
import { Optional, Required } from '../fields.ts';
import { DateTime } from '../scalars.ts';
import { toFloat } from './numbers.ts';

@ObjectType({
  description:
    'What a coin cost within one interval, from `start` on, that and no more: the interval after it begins where it ends. UTC. Intervals without an observation are absent.',
  simpleResolvers: true,
})
export class Candle {
  @Required(() => DateTime, 'When it begins, UTC.')
  start: Date;

  @Required(() => Float, 'The first price in USD.')
  openUsd: number;

  @Required(() => Float, 'The highest price in USD.')
  highUsd: number;

  @Required(() => Float, 'The lowest price in USD.')
  lowUsd: number;

  @Required(() => Float, 'The last price in USD.')
  closeUsd: number;

  @Optional(() => Float, 'Volume of 24 hours in USD, as the last observation says it.')
  volume24hUsdLast: number | null;

  @Required(() => Int, 'How many observations it is made of.')
  samples: number;

  @Required(() => Boolean, 'It has not ended yet, or what was asked for ends within it.')
  partial: boolean;
}

/** A candle of the history as the API shows it. */
export const candleOf = (row: CandleRow, intervalMs: number, endMs: number): Candle => ({
  start: row.start,
  openUsd: toFloat(row.open) ?? 0,
  highUsd: toFloat(row.high) ?? 0,
  lowUsd: toFloat(row.low) ?? 0,
  closeUsd: toFloat(row.close) ?? 0,
  volume24hUsdLast: toFloat(row.volume24h),
  samples: row.samples,
  partial: row.start.getTime() + intervalMs > endMs,
});
