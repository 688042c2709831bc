import { ID, ObjectType } from 'type-graphql';
import { nodeId } from '../../../read/graphql/node-id.ts';
import type { AnomalyRow } from '../../../read/anomalies.ts';
import { connectionType } from '../connection.ts';
import { Severity } from '../enums.ts';
import { Optional, Required } from '../fields.ts';
import { DateTime, Json } from '../scalars.ts';
import { Node } from './node.ts';

@ObjectType({
  implements: Node,
  description: 'Something that looks wrong, or did.',
  simpleResolvers: true,
})
export class Anomaly extends Node {
  @Required(
    () => String,
    '`spread`: the quotes of a coin are far apart. `source_silent`: a source has not been read for too long.',
  )
  kind: string;

  @Required(() => Severity, 'How much it matters.')
  severity: string;

  @Optional(() => String, 'The source that it is about; null where it is about none.')
  source: string | null;

  @Optional(() => ID, 'The coin that it is about, by the id that it had; null where it is about none.')
  coinId: string | null;

  @Required(() => String, 'What was found, for people.')
  message: string;

  @Required(() => Json, 'The figures it was found by.')
  evidence: unknown;

  @Required(() => DateTime, 'When it was recorded.')
  raisedAt: Date;

  @Optional(() => DateTime, 'When it was found to be over; null while it looks wrong.')
  resolvedAt: Date | null;

  @Optional(() => String, 'Why it is over; null while it is not.')
  resolvedReason: string | null;

  @Optional(() => DateTime, 'When an operator acknowledged it; null while nobody has.')
  acknowledgedAt: Date | null;

  @Optional(() => String, 'What the operator said; null while nobody has.')
  acknowledgeReason: string | null;
}

export const AnomalyConnection = connectionType(Anomaly, 'Anomaly', 'anomalies');

/** An anomaly of the read model as the API shows it. */
export const anomalyOf = (row: AnomalyRow): Anomaly => ({
  ...row,
  id: nodeId({ kind: 'anomaly', anomalyId: row.anomalyId }),
});
