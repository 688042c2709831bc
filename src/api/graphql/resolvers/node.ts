import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { parseNodeId } from '../../../read/graphql/node-id.ts';
import { maxPageSize, wrongInput } from '../../../read/graphql/page-request.ts';
import type { GraphqlContext } from '../context.ts';
import { Items, Unversioned } from '../field-rules.ts';
import { Node } from '../types/node.ts';
import { snapshotOf } from '../types/snapshot.ts';
import { loadCoin } from './coin-at.ts';
import { loadAnomaly, loadDrift, loadEvent, loadRebuild, loadRejected, loadRun, loadSource } from './load.ts';

/** An event can be there before the read model knows of it, and a rebuild goes on while the read model stays as it is. */
const isBesideReadModel = (id: unknown): boolean =>
  typeof id !== 'string' || ['event', 'rebuild'].includes(parseNodeId(id)?.kind ?? '');

async function loadNode(context: GraphqlContext, id: string): Promise<Node | null> {
  const parsed = parseNodeId(id);
  if (parsed === null) return null;
  switch (parsed.kind) {
    case 'coin':
      return loadCoin(context, parsed.coinId);
    case 'snapshot': {
      const row = await context.snapshots.load(parsed.snapshotId);
      return row && snapshotOf(row);
    }
    case 'run':
      return loadRun(context, parsed.runId);
    case 'event':
      return loadEvent(context, parsed);
    case 'drift':
      return loadDrift(context, parsed.driftId);
    case 'rebuild':
      return loadRebuild(context, parsed.rebuildId);
    case 'anomaly':
      return loadAnomaly(context, parsed.anomalyId);
    case 'rejected':
      return loadRejected(context, parsed);
    default:
      return loadSource(context, parsed.name);
  }
}

@Resolver()
export class NodeResolver {
  @Unversioned(({ id }) => isBesideReadModel(id))
  @Query(() => Node, {
    nullable: true,
    description: 'Anything by its id. Null when there is nothing of that id.',
  })
  node(
    @Arg('id', () => ID, { description: 'Its id.' }) id: string,
    @Ctx() context: GraphqlContext,
  ): Promise<Node | null> {
    return loadNode(context, id);
  }

  @Unversioned(({ ids }) => !Array.isArray(ids) || ids.some(isBesideReadModel))
  @Items(({ ids }) => (Array.isArray(ids) ? ids.length : maxPageSize))
  @Query(() => [Node], {
    nullable: 'items',
    description: 'Anything by its id, in the order of the ids; null for each that is not there.',
  })
  nodes(
    @Arg('ids', () => [ID], { description: 'The ids; at most 250.' }) ids: string[],
    @Ctx() context: GraphqlContext,
  ): Promise<(Node | null)[]> {
    if (ids.length > maxPageSize) throw wrongInput(`${ids.length} ids are too many: at most ${maxPageSize}.`);
    return Promise.all(ids.map((id) => loadNode(context, id)));
  }
}
