import { Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { readPage } from '../../../read/graphql/page.ts';
import { snapshotList } from '../../../read/graphql/snapshots.ts';
import { SnapshotsArgs } from '../connection-args.ts';
import { connectionOf, type Connection } from '../connection.ts';
import type { GraphqlContext } from '../context.ts';
import { assertKnownSource } from '../known-source.ts';
import { Event } from '../types/event.ts';
import { Snapshot, SnapshotConnection, snapshotOf } from '../types/snapshot.ts';
import { loadOrigin } from './load.ts';

@Resolver(() => Snapshot)
export class SnapshotResolver {
  @Query(() => SnapshotConnection, { description: 'Observations, newest first, page by page.' })
  async snapshots(
    @Args(() => SnapshotsArgs) { filter, ...page }: SnapshotsArgs,
    @Ctx() { reads, sources }: GraphqlContext,
  ): Promise<Connection<Snapshot>> {
    assertKnownSource(filter?.source, sources);
    const found = await readPage(reads.read, snapshotList(filter ?? {}), page);
    return connectionOf(found, found.rows.map(snapshotOf));
  }

  @FieldResolver(() => Event, { description: 'The event that it was read from.' })
  event(@Root() snapshot: Snapshot, @Ctx() context: GraphqlContext): Promise<Event> {
    return loadOrigin(context, snapshot);
  }
}
