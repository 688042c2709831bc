import { ObjectType } from 'type-graphql';
import { nodeId } from '../../../read/graphql/node-id.ts';
import type { RebuildRow } from '../../../read/rebuilds.ts';
import { RebuildStatus, type ValueOf } from '../enums.ts';
import { Optional, Required } from '../fields.ts';
import { DateTime, SafeInt } from '../scalars.ts';
import { Node } from './node.ts';

@ObjectType({
  implements: Node,
  description: 'A rebuild of the read model from the log, or a comparison with one.',
  simpleResolvers: true,
})
export class Rebuild extends Node {
  @Required(() => RebuildStatus, 'How it stands.')
  status: ValueOf<typeof RebuildStatus>;

  @Required(
    () => String,
    'What it is at: `folding`, `summing up`, `indexing`, `comparing`, `catching up`, `swapping`, or `done`.',
  )
  phase: string;

  @Required(() => SafeInt, 'Events folded so far.')
  eventsDone: number;

  @Required(() => SafeInt, 'Events there are to fold; grows with what is appended meanwhile.')
  eventsTotal: number;

  @Required(() => SafeInt, 'Observations read from them so far, those that were rejected too.')
  snapshots: number;

  @Optional(() => SafeInt, 'Rows that differ; null for a rebuild, and until a comparison is done.')
  differences: number | null;

  @Optional(() => String, 'Why it failed; null when it has not.')
  error: string | null;

  @Required(() => DateTime, 'When it began.')
  startedAt: Date;

  @Optional(() => DateTime, 'When it ended; null while it runs.')
  endedAt: Date | null;
}

/** A rebuild as the API shows it. */
export const rebuildOf = (row: RebuildRow): Rebuild => ({
  id: nodeId({ kind: 'rebuild', rebuildId: row.id }),
  status: row.status,
  phase: row.phase,
  eventsDone: row.eventsDone,
  eventsTotal: row.eventsTotal,
  snapshots: row.rows,
  differences: row.differences,
  error: row.error,
  startedAt: row.startedAt,
  endedAt: row.endedAt,
});
