import { ID, InterfaceType } from 'type-graphql';
import { parseNodeId } from '../../../read/graphql/node-id.ts';
import { Required } from '../fields.ts';

const typeNames = {
  coin: 'Coin',
  run: 'Run',
  event: 'Event',
  snapshot: 'Snapshot',
  source: 'Source',
  drift: 'SchemaDrift',
  rebuild: 'Rebuild',
  anomaly: 'Anomaly',
  rejected: 'RejectedRecord',
} as const;

/** Which type a node is of, by its id. */
export function typeOfNode({ id }: Pick<Node, 'id'>): string | undefined {
  const parsed = parseNodeId(id);
  return parsed === null ? undefined : typeNames[parsed.kind];
}

@InterfaceType({
  description: 'Anything with an id of its own, which `node` finds again.',
  resolveType: typeOfNode,
})
export abstract class Node {
  @Required(() => ID, 'Its id among everything that this API gives.')
  id: string;
}
