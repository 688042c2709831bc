import { Int, ObjectType } from 'type-graphql';
import type { SourceConfig } from '../../../config/config.ts';
import { nodeId } from '../../../read/graphql/node-id.ts';
import type { SourceState } from '../../../read/sources.ts';
import { Optional, Required } from '../fields.ts';
import { DateTime } from '../scalars.ts';
import { Node } from './node.ts';

@ObjectType({
  implements: Node,
  description: 'One source of data and how it is doing.',
  simpleResolvers: true,
})
export class Source extends Node {
  @Required(() => String, 'Its name, as in ids and filters.')
  name: string;

  @Required(() => Boolean, 'Whether it is asked on its schedule.')
  enabled: boolean;

  @Optional(() => DateTime, 'When a run of it last completed; null before the first.')
  lastSuccessAt: Date | null;

  @Optional(() => DateTime, 'Until when its data counts as fresh.')
  freshUntil: Date | null;

  @Required(() => Int, 'How many coins it has ever told of.')
  coins: number;

  /** For `lastRun`. */
  lastRunId: string | null;
}

/** A source as it is configured and as its runs have left it. */
export function sourceOf(config: SourceConfig, state: SourceState | null): Source {
  const { source, enabled, staleAfterMs } = config;
  const lastSuccessAt = state?.lastSuccessAt ?? null;
  return {
    id: nodeId({ kind: 'source', name: source.name }),
    name: source.name,
    enabled,
    lastSuccessAt,
    freshUntil: lastSuccessAt && new Date(lastSuccessAt.getTime() + staleAfterMs),
    coins: state?.coins ?? 0,
    lastRunId: state?.lastRunId ?? null,
  };
}
