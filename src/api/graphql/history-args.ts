import { ArgsType, Int } from 'type-graphql';
import { Interval } from './enums.ts';
import { Optional, Required } from './fields.ts';
import type { IntervalName } from './history.ts';
import { DateTime } from './scalars.ts';

@ArgsType()
export class HistoryArgs {
  @Optional(() => DateTime, 'From when on; its whole candle is there. By default 24 hours before `to`.')
  from?: Date | null;

  @Optional(() => DateTime, 'Up to when, that not included. By default now.')
  to?: Date | null;

  @Optional(() => Interval, 'How long a candle is. By default M15.')
  interval?: IntervalName | null;

  @Optional(() => String, 'Only what this source observed.')
  source?: string | null;
}

@ArgsType()
export class SparklineArgs {
  @Required(() => Int, 'How many prices, from 1 to 500.')
  points: number = 48;

  @Required(() => Int, 'How many hours back, up to a year.')
  hours: number = 168;
}
