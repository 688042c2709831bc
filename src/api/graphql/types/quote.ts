import { Int, ObjectType } from 'type-graphql';
import type { JudgedRow } from '../../../read/graphql/quotes.ts';
import { ExclusionReason, TimeBasis, type ValueOf } from '../enums.ts';
import { Optional, Required } from '../fields.ts';
import { DateTime } from '../scalars.ts';
import { valuesOf } from './numbers.ts';
import { QuotedValues } from './values.ts';

@ObjectType({
  description: 'The newest that a source says of a coin in one currency.',
  simpleResolvers: true,
})
export class Quote extends QuotedValues {
  @Required(() => String, 'Who says it.')
  source: string;

  @Required(() => String, "The coin's id in the source, exactly as it sends it.")
  sourceCoinId: string;

  @Required(() => DateTime, 'When it was so.')
  observedAt: Date;

  @Required(() => TimeBasis, 'Where `observedAt` comes from.')
  observedAtBasis: ValueOf<typeof TimeBasis>;

  @Optional(() => DateTime, 'From when on it counts as old, by the rule for its source.')
  staleAfter: Date | null;

  @Required(() => Boolean, "Whether it has a part in its coin's consensus.")
  usedInConsensus: boolean;

  @Optional(() => ExclusionReason, 'Why it has no part in the consensus; null when it has.')
  exclusionReason: ValueOf<typeof ExclusionReason> | null;

  @Required(() => Int, "Its record's place in the event, from 0.")
  recordIndex: number;

  /** For `event` and `rawRecord`. */
  stream: string;
  version: number;
}

/** A quote of the read model as the API shows it. */
export function quoteOf(row: JudgedRow, staleAfterMs: number | null): Quote {
  const exclusionReason = row.exclusion;
  return {
    ...valuesOf(row),
    source: row.source,
    sourceCoinId: row.sourceCoinId,
    observedAt: row.observedAt,
    observedAtBasis: row.observedAtBasis,
    staleAfter: staleAfterMs === null ? null : new Date(row.observedAt.getTime() + staleAfterMs),
    usedInConsensus: exclusionReason === null,
    exclusionReason,
    recordIndex: row.recordIndex,
    stream: row.stream,
    version: row.version,
  };
}
