import { Float, Int, ObjectType } from 'type-graphql';
import { lagSecondsOf, type ReadModelState } from '../../../read/graphql/read-model.ts';
import { HealthStatus } from '../enums.ts';
import { Optional, Required } from '../fields.ts';
import { DateTime, SafeInt } from '../scalars.ts';

@ObjectType({ description: 'One thing that was looked at.', simpleResolvers: true })
export class HealthCheck {
  @Required(() => String, '`database`, `projector`, `deadLetters`, `anomalies`, or `source:<name>`.')
  name: string;

  @Required(() => HealthStatus, 'How well it is.')
  status: string;

  @Optional(() => String, 'What was found, for people.')
  detail: string | null;
}

@ObjectType({ description: 'How well all of it is, now.', simpleResolvers: true })
export class Health {
  @Required(() => HealthStatus, 'The worst of the checks.')
  status: string;

  @Required(() => [HealthCheck], 'Everything that was looked at.')
  checks: HealthCheck[];
}

@ObjectType({
  description: 'The clean data that answers come from, folded from the log.',
  simpleResolvers: true,
})
export class ReadModel {
  @Required(() => SafeInt, 'Raised with every change; what every answer is labelled with.')
  version: number;

  @Required(() => SafeInt, 'Events in the log that are not folded yet.')
  lagEvents: number;

  @Required(() => Float, 'How old the oldest of them is, in seconds; 0 when there is none.')
  lagSeconds: number;

  @Required(() => SafeInt, 'Events folded into it.')
  events: number;

  @Required(() => SafeInt, 'Observations in it.')
  snapshots: number;

  @Required(() => Int, 'Coins in it.')
  coins: number;

  @Optional(() => DateTime, 'When it was last built from the beginning.')
  rebuiltAt: Date | null;

  @Required(() => String, 'Which code folded it: another digest means that it was, or must be, rebuilt.')
  foldDigest: string;

  @Required(() => Int, 'Events that no fold can read.')
  deadLetters: number;
}

/** The state of the read model as the API shows it, at a moment. */
export const readModelOf = ({ lagSince, ...state }: ReadModelState, now: Date): ReadModel => ({
  ...state,
  lagSeconds: lagSecondsOf(lagSince, now),
});
