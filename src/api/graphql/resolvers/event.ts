import { Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { newestEventList } from '../../../read/graphql/events.ts';
import { readStreamPage } from '../../../read/graphql/stream-events.ts';
import { runIdOf } from '../../../read/graphql/node-id.ts';
import { readPage } from '../../../read/graphql/page.ts';
import { EventsArgs } from '../connection-args.ts';
import { connectionOf, type Connection } from '../connection.ts';
import type { GraphqlContext } from '../context.ts';
import { Unversioned } from '../field-rules.ts';
import type { EventFilter } from '../inputs.ts';
import { Event, EventConnection, eventOf } from '../types/event.ts';
import { Run } from '../types/run.ts';
import { loadRun } from './load.ts';

const conditionsOf = ({ runId, ...rest }: EventFilter): EventFilter =>
  runId === null || runId === undefined ? rest : { ...rest, runId: runIdOf(runId) };

@Resolver(() => Event)
export class EventResolver {
  @Unversioned()
  @Query(() => EventConnection, {
    description:
      'The log. With a stream: in its order, resumable, archived events among them. Without: the newest first, for looking only, of what is in the database.',
  })
  async events(
    @Args(() => EventsArgs) { stream, filter, ...page }: EventsArgs,
    @Ctx() { reads, archive }: GraphqlContext,
  ): Promise<Connection<Event>> {
    const conditions = conditionsOf(filter ?? {});
    const found =
      stream === null || stream === undefined
        ? await readPage(reads, newestEventList(conditions), page)
        : await readStreamPage(reads, { archive, stream, filter: conditions }, page);
    return connectionOf(found, found.rows.map(eventOf));
  }

  @FieldResolver(() => Run, {
    nullable: true,
    description: 'The run that it belongs to; null for a decision.',
  })
  run(@Root() { runId }: Event, @Ctx() context: GraphqlContext): Promise<Run | null> {
    return loadRun(context, runId);
  }
}
