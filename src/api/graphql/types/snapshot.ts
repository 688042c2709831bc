import { ID, Int, ObjectType } from 'type-graphql';
import { nodeId } from '../../../read/graphql/node-id.ts';
import type { SnapshotRow } from '../../../read/graphql/snapshots.ts';
import { connectionType } from '../connection.ts';
import { Optional, Required } from '../fields.ts';
import { DateTime } from '../scalars.ts';
import { Node } from './node.ts';
import { valuesOf } from './numbers.ts';
import { QuotedValues } from './values.ts';

@ObjectType({
  implements: Node,
  description: 'One observation of a coin by a source, in one currency.',
  simpleResolvers: true,
})
export class Snapshot extends QuotedValues {
  id: string;

  @Required(() => String, 'Who observed it.')
  source: string;

  @Required(() => String, "The coin's id in the source, exactly as it sends it.")
  sourceCoinId: string;

  @Optional(() => ID, 'Which coin that is.')
  coinId: string | null;

  @Optional(() => String, 'Symbol as it was then.')
  symbol: string | null;

  @Required(() => String, 'Name as it was then.')
  name: string;

  @Required(() => DateTime, 'When it was so.')
  observedAt: Date;

  @Required(() => DateTime, 'When it was recorded here.')
  processedAt: Date;

  @Required(() => Int, "Its record's place in the event, from 0.")
  recordIndex: number;

  /** For `event`. */
  stream: string;
  version: number;
}

export const SnapshotConnection = connectionType(Snapshot, 'Snapshot', 'snapshots');

/** An observation of the read model as the API shows it. */
export const snapshotOf = (row: SnapshotRow): Snapshot => ({
  ...valuesOf(row),
  id: nodeId({ kind: 'snapshot', snapshotId: row.id }),
  source: row.source,
  sourceCoinId: row.sourceCoinId,
  coinId: row.coinId,
  symbol: row.symbol,
  name: row.name,
  observedAt: row.observedAt,
  processedAt: row.processedAt,
  recordIndex: row.recordIndex,
  stream: row.stream,
  version: row.version,
});
