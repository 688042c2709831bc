import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { runIdOf } from '../../../read/graphql/node-id.ts';
import { readPage } from '../../../read/graphql/page.ts';
import { runList } from '../../../read/graphql/runs.ts';
import { RunsArgs } from '../connection-args.ts';
import { connectionOf, type Connection } from '../connection.ts';
import type { GraphqlContext } from '../context.ts';
import { assertKnownSource } from '../known-source.ts';
import { Run, RunConnection } from '../types/run.ts';
import { loadRun } from './load.ts';

@Resolver(() => Run)
export class RunResolver {
  @Query(() => RunConnection, { description: 'Runs, newest first, page by page.' })
  async runs(
    @Args(() => RunsArgs) { filter, ...page }: RunsArgs,
    @Ctx() context: GraphqlContext,
  ): Promise<Connection<Run>> {
    assertKnownSource(filter?.source, context.sources);
    const found = await readPage(context.reads, runList(filter ?? {}), page);
    const runs = await Promise.all(found.rows.map(({ runId }) => loadRun(context, runId)));
    return connectionOf(
      found,
      runs.filter((run) => run !== null),
    );
  }

  @Query(() => Run, {
    nullable: true,
    description: 'One run, as `run:<id>` or by the id alone. Null when there is none.',
  })
  run(
    @Arg('id', () => ID, { description: 'Its id.' }) id: string,
    @Ctx() context: GraphqlContext,
  ): Promise<Run | null> {
    return loadRun(context, runIdOf(id));
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'Ranks that a sweep by rank did not see, as `251-252, 380`; null when it saw all, and for any other run.',
  })
  rankGaps(@Root() { id }: Run, @Ctx() { rankGaps }: GraphqlContext): Promise<string | null> {
    return rankGaps.load(runIdOf(id));
  }
}
