import { Arg, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import type { GraphqlContext } from '../context.ts';
import { Run } from '../types/run.ts';
import { Source } from '../types/source.ts';
import { loadRun, loadSource } from './load.ts';

@Resolver(() => Source)
export class SourceResolver {
  @Query(() => [Source], { description: 'All sources there are, enabled or not.' })
  async sources(@Ctx() context: GraphqlContext): Promise<Source[]> {
    const found = await Promise.all(context.sources.map(({ source }) => loadSource(context, source.name)));
    return found.filter((source) => source !== null);
  }

  @Query(() => Source, { nullable: true, description: 'One source. Null when there is none of that name.' })
  source(
    @Arg('name', () => String, { description: 'Its name, as `coingecko`.' }) name: string,
    @Ctx() context: GraphqlContext,
  ): Promise<Source | null> {
    return loadSource(context, name);
  }

  @FieldResolver(() => Run, { nullable: true, description: 'Its latest run; null before the first.' })
  lastRun(@Root() { lastRunId }: Source, @Ctx() context: GraphqlContext): Promise<Run | null> {
    return loadRun(context, lastRunId);
  }
}
