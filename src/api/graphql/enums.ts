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

export const ExclusionReason = {
  STALE: 'STALE',
  OUTLIER: 'OUTLIER',
  NO_PRICE: 'NO_PRICE',
  NOT_USD: 'NOT_USD',
} as const;
registerEnumType(ExclusionReason, {
  name: 'ExclusionReason',
  description: "Why a quote has no part in its coin's consensus.",
  valuesConfig: {
    STALE: { description: "It is more than an hour older than the coin's newest quote." },
    OUTLIER: { description: 'Its price is far from what most quotes agree on.' },
    NO_PRICE: { description: 'The source gives no price, or none above zero.' },
    NOT_USD: { description: 'It is in another currency than USD.' },
  },
});

export const LinkMethodEnum = {
  OPERATOR: 'OPERATOR',
  MAPPING: 'MAPPING',
  CONTRACT: 'CONTRACT',
  SYMBOL_AND_NAME: 'SYMBOL_AND_NAME',
  DECLARED: 'DECLARED',
  FIRST_SEEN: 'FIRST_SEEN',
} as const;
registerEnumType(LinkMethodEnum, {
  name: 'LinkMethod',
  description: 'How a link was found.',
  valuesConfig: {
    OPERATOR: { description: 'An operator decided it.' },
    MAPPING: { description: "A source's own mapping says so." },
    CONTRACT: { description: 'Its contract addresses agree on every platform that both know.' },
    SYMBOL_AND_NAME: { description: 'Symbol and name agree and are unique, with price and rank in keeping.' },
    DECLARED: { description: 'A file names it.' },
    FIRST_SEEN: { description: 'Nothing links it: it is a coin of its own.' },
  },
});

export const Interval = {
  M1: 'M1',
  M5: 'M5',
  M15: 'M15',
  H1: 'H1',
  H4: 'H4',
  D1: 'D1',
  W1: 'W1',
} as const;
registerEnumType(Interval, {
  name: 'Interval',
  description: 'How long a candle is.',
  valuesConfig: {
    M1: { description: 'A minute.' },
    M5: { description: 'Five minutes.' },
    M15: { description: 'A quarter of an hour.' },
    H1: { description: 'An hour.' },
    H4: { description: 'Four hours, from midnight UTC on.' },
    D1: { description: 'A day, UTC.' },
    W1: { description: 'A week, from Monday on, UTC.' },
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

export const BreakerState = {
  CLOSED: 'CLOSED',
  OPEN: 'OPEN',
  HALF_OPEN: 'HALF_OPEN',
  STOPPED_BY_CONFIG: 'STOPPED_BY_CONFIG',
} as const;
registerEnumType(BreakerState, {
  name: 'BreakerState',
  description: "Whether a source's failures keep it from being asked.",
  valuesConfig: {
    CLOSED: { description: 'They do not.' },
    OPEN: { description: 'It failed five times in a row: nobody asks it for a while.' },
    HALF_OPEN: { description: 'That while is over: the next attempt decides.' },
    STOPPED_BY_CONFIG: {
      description:
        'It refused the key, the plan or the address that are configured: it is asked again once they change, or after `resetSource`.',
    },
  },
});

export const DriftKind = {
  FIELD_ADDED: 'FIELD_ADDED',
  FIELD_LOST: 'FIELD_LOST',
  TYPE_CHANGED: 'TYPE_CHANGED',
  NULLS_JUMPED: 'NULLS_JUMPED',
  RENAMED: 'RENAMED',
} as const;
registerEnumType(DriftKind, {
  name: 'DriftKind',
  description: 'How what a source sends has changed.',
  valuesConfig: {
    FIELD_ADDED: { description: 'A field that was never there.' },
    FIELD_LOST: { description: 'A field that was there is gone.' },
    TYPE_CHANGED: { description: 'A field has values of another type.' },
    NULLS_JUMPED: { description: 'A field is null much more often than before.' },
    RENAMED: { description: 'One field is gone and another has values like it: a likely rename.' },
  },
});

export const Severity = { INFO: 'INFO', WARNING: 'WARNING', CRITICAL: 'CRITICAL' } as const;
registerEnumType(Severity, {
  name: 'Severity',
  description: 'How much something matters.',
  valuesConfig: {
    INFO: { description: 'Worth knowing; the health does not mind it.' },
    WARNING: { description: 'Somebody should look at it.' },
    CRITICAL: { description: 'What is shown of a coin that everybody looks at may be wrong.' },
  },
});

export const RejectedStatus = { OPEN: 'OPEN', REPLAYED: 'REPLAYED', DISCARDED: 'DISCARDED' } as const;
registerEnumType(RejectedStatus, {
  name: 'RejectedStatus',
  description: 'What became of a record that could not be read.',
  valuesConfig: {
    OPEN: { description: 'It cannot be read, and nobody has given it up.' },
    REPLAYED: { description: 'It was read again after a fix, and is in the read model now.' },
    DISCARDED: { description: 'An operator has given it up.' },
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

export const RebuildStatus = {
  RUNNING: 'running',
  SWAPPED: 'swapped',
  VERIFIED: 'verified',
  DIFFERENT: 'different',
  FAILED: 'failed',
} as const;
registerEnumType(RebuildStatus, {
  name: 'RebuildStatus',
  description: 'How a rebuild stands.',
  valuesConfig: {
    RUNNING: { description: 'It goes on.' },
    SWAPPED: { description: 'What it made is what is served.' },
    VERIFIED: { description: 'A comparison that found no difference.' },
    DIFFERENT: { description: 'A comparison that found differences.' },
    FAILED: { description: 'It ended before it was done, and changed nothing.' },
  },
});
