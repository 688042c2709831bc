import { ArgsType } from 'type-graphql';
import { Optional } from './fields.ts';
import {
  AnomalyFilter,
  CoinFilter,
  CoinOrder,
  DriftFilter,
  EventFilter,
  RejectedFilter,
  RunFilter,
  SnapshotFilter,
} from './inputs.ts';
import { DateTime } from './scalars.ts';
import { PageArgs } from './page-args.ts';

@ArgsType()
export class PastArgs {
  @Optional(() => DateTime, 'The coin as it was then, by all that is known of it now.')
  asOf?: Date | null;

  @Optional(
    () => DateTime,
    'As coinlog showed it then, errors included; together with `asOf` as it was at one time by what was known at another.',
  )
  knownAt?: Date | null;
}

@ArgsType()
export class CoinsArgs extends PageArgs {
  @Optional(() => CoinFilter, 'Which coins; all of them unless told.')
  filter?: CoinFilter | null;

  @Optional(() => CoinOrder, 'How they are ordered: by rank, the first one first, unless told.')
  orderBy?: CoinOrder | null;

  @Optional(
    () => DateTime,
    'The market as it was then, by all that is known of it now. For a walk over many pages that nothing moves under.',
  )
  asOf?: Date | null;

  @Optional(
    () => DateTime,
    'As coinlog showed it then, errors included. With `asOf`: the market as it was at one time by what was known at another.',
  )
  knownAt?: Date | null;
}

@ArgsType()
export class AnomaliesArgs extends PageArgs {
  @Optional(() => AnomalyFilter, 'Which of them; all unless told.')
  filter?: AnomalyFilter | null;
}

@ArgsType()
export class SnapshotsArgs extends PageArgs {
  @Optional(() => SnapshotFilter, 'Which observations; all of them unless told.')
  filter?: SnapshotFilter | null;
}

@ArgsType()
export class RunsArgs extends PageArgs {
  @Optional(() => RunFilter, 'Which runs; all of them unless told.')
  filter?: RunFilter | null;
}

@ArgsType()
export class DriftsArgs extends PageArgs {
  @Optional(() => DriftFilter, 'Which changes; all of them unless told.')
  filter?: DriftFilter | null;
}

@ArgsType()
export class RejectedRecordsArgs extends PageArgs {
  @Optional(() => RejectedFilter, 'Which records; all of them unless told.')
  filter?: RejectedFilter | null;
}

@ArgsType()
export class EventsArgs extends PageArgs {
  @Optional(
    () => String,
    'In which stream, in its own order. Without: of all streams, newest first, for looking only.',
  )
  stream?: string | null;

  @Optional(() => EventFilter, 'Which events; all of them unless told.')
  filter?: EventFilter | null;
}
