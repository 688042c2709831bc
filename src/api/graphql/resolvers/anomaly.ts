import { Arg, Args, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { acknowledgeAnomaly } from '../../../control/anomaly-decisions.ts';
import { anomalyList, readAnomalyAcknowledgement } from '../../../read/graphql/anomalies.ts';
import { readPage } from '../../../read/graphql/page.ts';
import { wrongInput } from '../../../read/graphql/page-request.ts';
import { byAdminKey } from '../administration.ts';
import { AnomaliesArgs } from '../connection-args.ts';
import { connectionOf, type Connection } from '../connection.ts';
import type { GraphqlContext } from '../context.ts';
import { decide, untilSeen } from '../decide.ts';
import { assertKnownSource } from '../known-source.ts';
import { AcknowledgeInput } from '../mutation-inputs.ts';
import { Anomaly, AnomalyConnection, anomalyOf } from '../types/anomaly.ts';
import { AcknowledgeAnomalyPayload } from '../types/payloads.ts';

const isAcknowledged = async ({ anomalies }: GraphqlContext, anomalyId: string): Promise<boolean> =>
  (await anomalies.load(anomalyId))?.acknowledgedAt instanceof Date;

@Resolver(() => Anomaly)
export class AnomalyResolver {
  @Query(() => AnomalyConnection, {
    description:
      'What looks wrong or did, the newest first, page by page. An unknown source is BAD_USER_INPUT.',
  })
  async anomalies(
    @Args(() => AnomaliesArgs) { filter, ...page }: AnomaliesArgs,
    @Ctx() { reads, sources }: GraphqlContext,
  ): Promise<Connection<Anomaly>> {
    assertKnownSource(filter?.source, sources);
    const found = await readPage(reads, anomalyList(filter ?? {}), page);
    return connectionOf(found, found.rows.map(anomalyOf));
  }

  @Mutation(() => AcknowledgeAnomalyPayload, {
    description:
      'Takes note of what looks wrong: it stays open until it no longer does, and troubles the health no more. A second time changes nothing. An id of no anomaly is BAD_USER_INPUT.',
  })
  acknowledgeAnomaly(
    @Arg('input', () => AcknowledgeInput, {
      description: 'Which anomaly, as `anomaly:<id>` or by the id alone.',
    })
    input: AcknowledgeInput,
    @Ctx() context: GraphqlContext,
  ): Promise<AcknowledgeAnomalyPayload> {
    return decide(context, async ({ sql }) => {
      const by = byAdminKey(input.reason ?? 'acknowledged through the API');
      const anomalyId = input.id.replace(/^anomaly:/, '');
      const anomaly = await context.anomalies.load(anomalyId);
      if (anomaly === null) throw wrongInput(`There is no anomaly ${JSON.stringify(input.id)}.`);
      await acknowledgeAnomaly(sql, anomalyId, by, context.now());
      await untilSeen(context, () => isAcknowledged(context, anomalyId));
      const seen = (await context.anomalies.load(anomalyId)) ?? anomaly;
      if (seen.acknowledgedAt !== null) return { anomaly: anomalyOf(seen) };
      return { anomaly: anomalyOf({ ...seen, ...(await readAnomalyAcknowledgement(sql, anomalyId)) }) };
    });
  }
}
