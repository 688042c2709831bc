import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { acknowledgeDrift } from '../../../control/drift-decisions.ts';
import { readAcknowledgement } from '../../../read/graphql/drifts.ts';
import { wrongInput } from '../../../read/graphql/page-request.ts';
import { byAdminKey } from '../administration.ts';
import type { GraphqlContext } from '../context.ts';
import { decide, untilSeen } from '../decide.ts';
import { AcknowledgeInput } from '../mutation-inputs.ts';
import { driftOf } from '../types/drift.ts';
import { AcknowledgeDriftPayload } from '../types/payloads.ts';

const isAcknowledged = async ({ drifts }: GraphqlContext, driftId: string): Promise<boolean> =>
  (await drifts.load(driftId))?.acknowledgedAt instanceof Date;

@Resolver()
export class AcknowledgeResolver {
  @Mutation(() => AcknowledgeDriftPayload, {
    description:
      'Takes note of a change of what a source sends: it is no longer open, and a source with a strict contract takes it in with its next run. A second time changes nothing. An id of no drift is BAD_USER_INPUT.',
  })
  acknowledgeDrift(
    @Arg('input', () => AcknowledgeInput, { description: 'Which drift, as `drift:<id>` or by the id alone.' })
    input: AcknowledgeInput,
    @Ctx() context: GraphqlContext,
  ): Promise<AcknowledgeDriftPayload> {
    return decide(context, async ({ sql }) => {
      const by = byAdminKey(input.reason ?? 'acknowledged through the API');
      const driftId = input.id.replace(/^drift:/, '');
      const drift = await context.drifts.load(driftId);
      if (drift === null) throw wrongInput(`There is no drift ${JSON.stringify(input.id)}.`);
      await acknowledgeDrift(sql, driftId, by, context.now());
      await untilSeen(context, () => isAcknowledged(context, driftId));
      const seen = (await context.drifts.load(driftId)) ?? drift;
      if (seen.acknowledgedAt !== null) return { drift: driftOf(seen) };
      return { drift: driftOf({ ...seen, ...(await readAcknowledgement(sql, driftId)) }) };
    });
  }
}
