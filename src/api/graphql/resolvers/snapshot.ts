import { Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { resolveCoinId } from '../../../read/graphql/coin-ids.ts';
import { readPage } from '../../../read/graphql/page.ts';
import { snapshotList } from '../../../read/graphql/snapshots.ts';
import { SnapshotsArgs } from '../connection-args.ts';
import { connectionOf, type Connection } from '../connection.ts';
import type { GraphqlContext } from '../context.ts';
import { assertKnownSource } from '../known-source.ts';
import { Event } from '../types/event.ts';
import { Snapshot, SnapshotConnection, snapshotOf } from '../types/snapshot.ts';
import { loadOrigin } from './load.ts';

/** The coin that an id leads to; one that leads to none is kept, and finds nothing. */
async function canonicalOf(
  { reads, sources }: GraphqlContext,
  id: string | null | undefined,
): Promise<string | null> {
  if (id === null || id === undefined) return null;
  const names = sources.map(({ source }) => source.name);
  return (await reads.read((sql) => resolveCoinId(sql, id, names))) ?? id;
}

@Resolver(() => Snapshot)
export class SnapshotResolver {
  @Query(() => SnapshotConnection, { description: 'Observations, newest first, page by page.' })
  async snapshots(
    @Args(() => SnapshotsArgs) { filter, ...page }: SnapshotsArgs,
    @Ctx() context: GraphqlContext,
  ): Promise<Connection<Snapshot>> {
    const { reads, sources } = context;
    assertKnownSource(filter?.source, sources);
    const coinId = await canonicalOf(context, filter?.coinId);
    const list = snapshotList(Object.assign({}, filter, { coinId }));
    // A cursor stays good when the coin becomes another one.
    const found = await readPage(reads, { ...list, filter: filter ?? {} }, page);
    return connectionOf(found, found.rows.map(snapshotOf));
  }

  @FieldResolver(() => Event, { description: 'The event that it was read from.' })
  event(@Root() snapshot: Snapshot, @Ctx() context: GraphqlContext): Promise<Event> {
    return loadOrigin(context, snapshot);
  }
}
