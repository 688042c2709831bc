import { Field, Float, ID, InputType, Int } from 'type-graphql';
import { CoinOrderField, OrderDirection, RejectedStatus, RunStatus, type ValueOf } from './enums.ts';
import { Optional, Required } from './fields.ts';
import { DateTime } from './scalars.ts';

@InputType({ description: 'Which coins; everything that is given must hold.' })
export class CoinFilter {
  @Optional(
    () => [ID],
    "Only these, at most 1,000, each by its canonical id, an older one, or a source's own, as `coingecko:bitcoin`.",
  )
  ids?: string[] | null;

  @Optional(() => [String], 'Only these symbols, in upper or lower case.')
  symbols?: string[] | null;

  @Optional(
    () => String,
    'A part of the symbol, name or id, in upper or lower case; `%` and `_` are themselves.',
  )
  search?: string | null;

  @Optional(() => String, 'Only coins that this source tells of.')
  source?: string | null;

  @Optional(() => Float, 'The least price in USD.')
  minPriceUsd?: number | null;

  @Optional(() => Float, 'The highest price in USD.')
  maxPriceUsd?: number | null;

  @Optional(() => Float, 'The least market cap in USD.')
  minMarketCapUsd?: number | null;

  @Optional(() => Float, 'The least volume of the last 24 hours in USD.')
  minVolume24hUsd?: number | null;

  @Optional(() => Float, 'The least change of the price within 24 hours, in percent.')
  minPercentChange24h?: number | null;

  @Optional(() => Float, 'The highest change of the price within 24 hours, in percent.')
  maxPercentChange24h?: number | null;

  @Optional(() => Int, 'Only coins up to this rank.')
  maxRank?: number | null;

  @Optional(() => Int, 'Only coins that at least so many sources know.')
  minLinkedSources?: number | null;
}

@InputType({ description: 'How coins are ordered.' })
export class CoinOrder {
  @Required(() => CoinOrderField, 'By what.')
  field: ValueOf<typeof CoinOrderField>;

  @Field(() => OrderDirection, { description: 'Which way.', defaultValue: OrderDirection.ASC })
  direction: ValueOf<typeof OrderDirection>;
}

@InputType({ description: 'Which observations; everything that is given must hold.' })
export class SnapshotFilter {
  @Optional(() => String, 'Only of this source.')
  source?: string | null;

  @Optional(() => ID, 'Only of this coin, by any id that leads to it.')
  coinId?: string | null;

  @Optional(() => String, 'Only of the coin that a source calls so.')
  sourceCoinId?: string | null;

  @Optional(() => DateTime, 'Observed at this time or later.')
  observedAfter?: Date | null;

  @Optional(() => DateTime, 'Observed before this time.')
  observedBefore?: Date | null;

  @Optional(() => DateTime, 'Recorded here at this time or later.')
  processedAfter?: Date | null;

  @Optional(() => DateTime, 'Recorded here before this time.')
  processedBefore?: Date | null;
}

@InputType({ description: 'Which runs; everything that is given must hold.' })
export class RunFilter {
  @Optional(() => String, 'Only of this source.')
  source?: string | null;

  @Optional(() => String, 'Only of this feed, as `coingecko.markets`.')
  feed?: string | null;

  @Optional(() => RunStatus, 'Only runs that stand so.')
  status?: ValueOf<typeof RunStatus> | null;

  @Optional(() => DateTime, 'Begun at this time or later.')
  startedAfter?: Date | null;

  @Optional(() => DateTime, 'Begun before this time.')
  startedBefore?: Date | null;
}

@InputType({ description: 'Which changes of what sources send; everything that is given must hold.' })
export class DriftFilter {
  @Optional(() => String, 'Only of this source.')
  source?: string | null;

  @Optional(
    () => Boolean,
    'True: only those that nobody has acknowledged. False: only those that somebody has.',
  )
  open?: boolean | null;
}

@InputType({ description: 'Which anomalies; everything that is given must hold.' })
export class AnomalyFilter {
  @Optional(() => String, 'Only of this kind, as `spread`.')
  kind?: string | null;

  @Optional(() => String, 'Only of this source.')
  source?: string | null;

  @Optional(() => Boolean, 'True: only those that still look wrong. False: only those that no longer do.')
  open?: boolean | null;
}

@InputType({ description: 'Which rejected records; everything that is given must hold.' })
export class RejectedFilter {
  @Optional(() => String, 'Only of this source.')
  source?: string | null;

  @Optional(() => RejectedStatus, 'Only those that this has become of.')
  status?: ValueOf<typeof RejectedStatus> | null;

  @Optional(() => ID, 'Only of this run.')
  runId?: string | null;
}

@InputType({ description: 'Which events; everything that is given must hold.' })
export class EventFilter {
  @Optional(() => String, 'Only of this type, as `page.fetched`.')
  type?: string | null;

  @Optional(() => ID, 'Only of this run.')
  runId?: string | null;

  @Optional(() => DateTime, 'Recorded at this time or later.')
  recordedAfter?: Date | null;

  @Optional(() => DateTime, 'Recorded before this time.')
  recordedBefore?: Date | null;
}
