import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { appendOperatorEvent } from '../../../control/operator-events.ts';
import { byAdminKey } from '../administration.ts';
import type { GraphqlContext } from '../context.ts';
import { decide } from '../decide.ts';
import { RebuildInput } from '../mutation-inputs.ts';
import { RebuildPayload } from '../types/payloads.ts';
import { rebuildOf } from '../types/rebuild.ts';

@Resolver()
export class RebuildResolver {
  @Mutation(() => RebuildPayload, {
    description:
      'Begins to rebuild the read model from the log beside the live one, which goes on and is swapped for it; with `verify` it is compared only. Answers at once: follow it by `node`. While another one runs BAD_USER_INPUT.',
  })
  rebuild(
    @Arg('input', () => RebuildInput, { description: 'Which of the two, and why.' }) input: RebuildInput,
    @Ctx() context: GraphqlContext,
  ): Promise<RebuildPayload> {
    return decide(context, async ({ sql, rebuilder }) => {
      const { verify } = input;
      const by = byAdminKey(input.reason ?? 'asked for through the API');
      await appendOperatorEvent(sql, { type: 'rebuild.requested', by, metadata: { verify } }, context.now());
      const id = await rebuilder.begin({ verify, reason: by.reason });
      await context.refresh();
      const row = await context.rebuilds.load(id);
      if (row === null) throw new Error(`rebuild ${id} has begun and is not on record`);
      return { rebuild: rebuildOf(row) };
    });
  }
}
