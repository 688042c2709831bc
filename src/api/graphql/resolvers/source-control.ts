import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { pauseSource, resetSource, resumeSource } from '../../../control/source-decisions.ts';
import { byAdminKey } from '../administration.ts';
import type { GraphqlContext } from '../context.ts';
import { decide } from '../decide.ts';
import { knownSource } from '../known-source.ts';
import { SourceInput } from '../mutation-inputs.ts';
import { SourcePayload } from '../types/payloads.ts';
import { sourceOf } from '../types/source.ts';

/** Every process obeys it before its next request, since all of them read it from the log. */
function control(
  context: GraphqlContext,
  { name, reason }: SourceInput,
  order: typeof pauseSource,
): Promise<SourcePayload> {
  return decide(context, async ({ sql }) => {
    const config = knownSource(name, context.sources);
    await order(sql, name, byAdminKey(reason), context.now());
    await context.refresh();
    return { source: sourceOf(config, await context.sourceStates.load(name)) };
  });
}

@Resolver()
export class SourceControlResolver {
  @Mutation(() => SourcePayload, {
    description:
      'Keeps a source from being asked, by its schedule and by `ingest`, until it is resumed; a run that goes on is put off before its next request. Paused again, it has the new reason. An unknown source is BAD_USER_INPUT.',
  })
  pauseSource(
    @Arg('input', () => SourceInput, { description: 'Which source, and why.' }) input: SourceInput,
    @Ctx() context: GraphqlContext,
  ): Promise<SourcePayload> {
    return control(context, input, pauseSource);
  }

  @Mutation(() => SourcePayload, {
    description: 'Lets a paused source be asked again. An unknown source is BAD_USER_INPUT.',
  })
  resumeSource(
    @Arg('input', () => SourceInput, { description: 'Which source, and why.' }) input: SourceInput,
    @Ctx() context: GraphqlContext,
  ): Promise<SourcePayload> {
    return control(context, input, resumeSource);
  }

  @Mutation(() => SourcePayload, {
    description:
      "Closes a source's breaker, and forgets every wait and refusal: its next run asks. An unknown source is BAD_USER_INPUT.",
  })
  resetSource(
    @Arg('input', () => SourceInput, { description: 'Which source, and why.' }) input: SourceInput,
    @Ctx() context: GraphqlContext,
  ): Promise<SourcePayload> {
    return control(context, input, resetSource);
  }
}
