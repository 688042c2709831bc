import { registerEnumType } from 'type-graphql';

export const TimeBasis = { SOURCE: 'source', RECEIVED: 'received', FILE: 'file' } as const;
registerEnumType(TimeBasis, {
  name: 'TimeBasis',
  description: 'Where the time of an observation comes from.',
  valuesConfig: {
    SOURCE: { description: 'The source says it.' },
    RECEIVED: {
      description: 'Our clock when the answer was complete: the source says none, or an impossible one.',
    },
    FILE: { description: 'When the file was last written: its rows have no time.' },
  },
});

export const ExclusionReason = { NO_PRICE: 'NO_PRICE', NOT_USD: 'NOT_USD' } as const;
registerEnumType(ExclusionReason, {
  name: 'ExclusionReason',
  description: "Why a quote has no part in its coin's consensus.",
  valuesConfig: {
    NO_PRICE: { description: 'The source gives no price.' },
    NOT_USD: { description: 'It is in another currency than USD.' },
  },
});

export const RunStatus = {
  RUNNING: 'RUNNING',
  COMPLETED: 'COMPLETED',
  FAILED: 'FAILED',
  DEFERRED: 'DEFERRED',
  ABANDONED: 'ABANDONED',
} as const;
registerEnumType(RunStatus, {
  name: 'RunStatus',
  description: 'How a run stands.',
  valuesConfig: {
    RUNNING: { description: 'It has begun and not ended.' },
    COMPLETED: { description: 'It fetched or read everything it was to.' },
    FAILED: { description: 'It ended with an error; what it had fetched is kept.' },
    DEFERRED: { description: 'It was put off: the source asks for a longer wait than a run should take.' },
    ABANDONED: { description: 'Its process ended in the middle of it, and no other could go on.' },
  },
});

export const HealthStatus = { HEALTHY: 'HEALTHY', DEGRADED: 'DEGRADED', UNHEALTHY: 'UNHEALTHY' } as const;
registerEnumType(HealthStatus, {
  name: 'HealthStatus',
  description: 'How well something is.',
  valuesConfig: {
    HEALTHY: { description: 'All is as it should be.' },
    DEGRADED: { description: 'It works, with data that is late or not complete.' },
    UNHEALTHY: { description: 'It does not work.' },
  },
});

export const CoinOrderField = {
  RANK: 'RANK',
  MARKET_CAP: 'MARKET_CAP',
  PRICE: 'PRICE',
  VOLUME_24H: 'VOLUME_24H',
  PERCENT_CHANGE_24H: 'PERCENT_CHANGE_24H',
  SYMBOL: 'SYMBOL',
  NAME: 'NAME',
} as const;
registerEnumType(CoinOrderField, {
  name: 'CoinOrderField',
  description:
    'What coins can be ordered by. Coins without the value come last in both directions; ties by id.',
  valuesConfig: {
    RANK: { description: 'Rank by market cap, as the source gives it; 1 is the largest.' },
    MARKET_CAP: { description: 'Market cap in USD.' },
    PRICE: { description: 'Price in USD.' },
    VOLUME_24H: { description: 'Volume of the last 24 hours in USD.' },
    PERCENT_CHANGE_24H: { description: 'Change of the price within 24 hours, in percent.' },
    SYMBOL: { description: 'Symbol, alphabetically.' },
    NAME: { description: 'Name, alphabetically.' },
  },
});

export const OrderDirection = { ASC: 'asc', DESC: 'desc' } as const;
registerEnumType(OrderDirection, {
  name: 'OrderDirection',
  description: 'Which way a list is ordered.',
  valuesConfig: {
    ASC: { description: 'The smallest first.' },
    DESC: { description: 'The largest first.' },
  },
});

export type ValueOf<T> = T[keyof T];
