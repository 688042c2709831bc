import { Int, ObjectType } from 'type-graphql';
import { nodeId } from '../../../read/graphql/node-id.ts';
import type { DriftRow } from '../../../read/drifts.ts';
import { connectionType } from '../connection.ts';
import { DriftKind } from '../enums.ts';
import { Optional, Required } from '../fields.ts';
import { DateTime, Json } from '../scalars.ts';
import { Node } from './node.ts';

@ObjectType({
  implements: Node,
  description: 'A change of what a source sends. The same change again is the same drift: its count grows.',
  simpleResolvers: true,
})
export class SchemaDrift extends Node {
  @Required(() => String, 'Who sends it.')
  source: string;

  @Required(() => String, 'The feed, which is the name of its stream in the log, as `coingecko.markets`.')
  feed: string;

  @Required(() => String, 'Where in a record; of a rename, the old name.')
  path: string;

  @Required(() => DriftKind, 'What has changed.')
  kind: string;

  @Optional(() => String, 'What was there: types, a share of nulls or a name, for people. Null for nothing.')
  before: string | null;

  @Optional(() => String, 'What is there now, as `before`. Null for nothing.')
  after: string | null;

  @Required(() => Int, 'How many values it concerns, over all runs that had it; 2147483647 for more.')
  count: number;

  @Optional(() => Json, 'A value: a new one, or of a lost field the last one known.')
  sample: unknown;

  @Optional(() => Int, 'How likely a rename is, in percent; null for any other kind.')
  scorePercent: number | null;

  @Required(() => Json, 'What the run asked for, by name, without the page.')
  params: unknown;

  @Required(() => DateTime, 'When the event was recorded that showed it.')
  reportedAt: Date;

  @Optional(() => DateTime, 'When an operator acknowledged it; null while it is open.')
  acknowledgedAt: Date | null;

  @Optional(() => String, 'What the operator said; null while it is open.')
  acknowledgeReason: string | null;

  /** For `firstEvent` and `lastEvent`. */
  firstVersion: number;
  lastVersion: number;
}

export const SchemaDriftConnection = connectionType(SchemaDrift, 'SchemaDrift', 'drifts');

// GraphQL's Int ends here; a field of every coin, polled each minute, gets there within a year.
const mostInt = 2 ** 31 - 1;

/** A drift of the read model as the API shows it. */
export const driftOf = ({ driftId, stream, count, ...row }: DriftRow): SchemaDrift => ({
  ...row,
  id: nodeId({ kind: 'drift', driftId }),
  feed: stream,
  count: Math.min(count, mostInt),
});
