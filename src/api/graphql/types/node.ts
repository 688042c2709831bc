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

@InterfaceType({
  description: 'Anything with an id of its own, which `node` finds again.',
  resolveType: ({ id }: Node) => {
    const parsed = parseNodeId(id);
    return parsed === null ? undefined : typeNames[parsed.kind];
  },
})
export abstract class Node {
  @Required(() => ID, 'Its id among everything that this API gives.')
  id: string;
}
