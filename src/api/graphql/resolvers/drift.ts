import { Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { driftList } from '../../../read/graphql/drifts.ts';
import { readPage } from '../../../read/graphql/page.ts';
import { DriftsArgs } from '../connection-args.ts';
import { connectionOf, type Connection } from '../connection.ts';
import type { GraphqlContext } from '../context.ts';
import { assertKnownSource } from '../known-source.ts';
import { driftOf, SchemaDrift, SchemaDriftConnection } from '../types/drift.ts';
import { Event } from '../types/event.ts';
import { loadOrigin } from './load.ts';

@Resolver(() => SchemaDrift)
export class DriftResolver {
  @Query(() => SchemaDriftConnection, {
    description:
      'Changes of what sources send, the newest first, page by page. An unknown source is BAD_USER_INPUT.',
  })
  async drifts(
    @Args(() => DriftsArgs) { filter, ...page }: DriftsArgs,
    @Ctx() { reads, sources }: GraphqlContext,
  ): Promise<Connection<SchemaDrift>> {
    assertKnownSource(filter?.source, sources);
    const found = await readPage(reads, driftList(filter ?? {}), page);
    return connectionOf(found, found.rows.map(driftOf));
  }

  @FieldResolver(() => Event, {
    description: 'The first event that has it; of what is absent, the first page of the run that lacks it.',
  })
  firstEvent(@Root() { feed, firstVersion }: SchemaDrift, @Ctx() context: GraphqlContext): Promise<Event> {
    return loadOrigin(context, { stream: feed, version: firstVersion });
  }

  @FieldResolver(() => Event, {
    description: 'The last event that has it; of what is absent, the end of the run that lacks it.',
  })
  lastEvent(@Root() { feed, lastVersion }: SchemaDrift, @Ctx() context: GraphqlContext): Promise<Event> {
    return loadOrigin(context, { stream: feed, version: lastVersion });
  }
}
