import { Cron } from 'croner';
import { Arg, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import type { SourceControls } from '../../../control/status.ts';
import type { GraphqlContext } from '../context.ts';
import { BreakerState } from '../enums.ts';
import { Unversioned } from '../field-rules.ts';
import { DateTime } from '../scalars.ts';
import { Budget } from '../types/budget.ts';
import { Run } from '../types/run.ts';
import { Source } from '../types/source.ts';
import { loadRun, loadSource } from './load.ts';

async function controlsOf({ name }: Source, { sourceControls }: GraphqlContext): Promise<SourceControls> {
  const controls = await sourceControls.load(name);
  if (controls === null) throw new Error(`the controls of ${name} were not read`);
  return controls;
}

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

  @Unversioned()
  @FieldResolver(() => DateTime, {
    nullable: true,
    description:
      'When its schedule asks it next, at `waitingUntil` at the earliest; null when it is not enabled, paused or stopped.',
  })
  async nextRunAt(@Root() source: Source, @Ctx() context: GraphqlContext): Promise<Date | null> {
    const config = context.sources.find((each) => each.source.name === source.name);
    if (!config?.enabled) return null;
    const { pausedReason, breaker, waitingUntil } = await controlsOf(source, context);
    if (pausedReason !== null || breaker === 'STOPPED_BY_CONFIG') return null;
    const from = waitingUntil ?? context.now();
    return new Cron(config.schedule, { timezone: 'UTC', paused: true }).nextRun(from);
  }

  @Unversioned()
  @FieldResolver(() => String, {
    nullable: true,
    description: 'Why an operator has paused it; null when none has.',
  })
  async pausedReason(@Root() source: Source, @Ctx() context: GraphqlContext): Promise<string | null> {
    return (await controlsOf(source, context)).pausedReason;
  }

  @Unversioned()
  @FieldResolver(() => BreakerState, {
    description: 'Whether its failures keep it from being asked; always CLOSED for files.',
  })
  async breaker(@Root() source: Source, @Ctx() context: GraphqlContext): Promise<string> {
    return (await controlsOf(source, context)).breaker;
  }

  @Unversioned()
  @FieldResolver(() => DateTime, {
    nullable: true,
    description:
      'Nobody asks it before this time, whoever wants to; null when it may be asked, or when only a change of its configuration or `resetSource` helps.',
  })
  async waitingUntil(@Root() source: Source, @Ctx() context: GraphqlContext): Promise<Date | null> {
    return (await controlsOf(source, context)).waitingUntil;
  }

  @Unversioned()
  @FieldResolver(() => String, {
    nullable: true,
    description: 'Why it is waited for, or stopped; null when it is neither.',
  })
  async waitingReason(@Root() source: Source, @Ctx() context: GraphqlContext): Promise<string | null> {
    return (await controlsOf(source, context)).reason;
  }

  @Unversioned()
  @FieldResolver(() => [Budget], {
    description: 'What is used of each limit that is known for it; none for files.',
  })
  async budgets(@Root() source: Source, @Ctx() context: GraphqlContext): Promise<Budget[]> {
    return (await controlsOf(source, context)).budgets;
  }
}
