import {
  isInterfaceType,
  isObjectType,
  lexicographicSortSchema,
  printSchema,
  type GraphQLSchema,
} from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import type { Connection } from './connection.ts';
import { AcknowledgeResolver } from './resolvers/acknowledge.ts';
import { AnomalyResolver } from './resolvers/anomaly.ts';
import { CoinResolver } from './resolvers/coin.ts';
import { DriftResolver } from './resolvers/drift.ts';
import { EventResolver } from './resolvers/event.ts';
import { IdentityResolver } from './resolvers/identity.ts';
import { IngestResolver } from './resolvers/ingest.ts';
import { IdentityLinkResolver } from './resolvers/link.ts';
import { MarketResolver } from './resolvers/market.ts';
import { NodeResolver } from './resolvers/node.ts';
import { OperationsResolver } from './resolvers/operations.ts';
import { PerformanceResolver } from './resolvers/performance.ts';
import { QuoteResolver } from './resolvers/quote.ts';
import { RateLimitResolver } from './resolvers/rate-limit.ts';
import { RebuildResolver } from './resolvers/rebuild.ts';
import { RejectedDecisionsResolver } from './resolvers/rejected-decisions.ts';
import { RejectedResolver } from './resolvers/rejected.ts';
import { RunResolver } from './resolvers/run.ts';
import { SnapshotResolver } from './resolvers/snapshot.ts';
import { SourceControlResolver } from './resolvers/source-control.ts';
import { SourceResolver } from './resolvers/source.ts';
import { SubscriptionResolver } from './resolvers/subscriptions.ts';
import { typeOfNode } from './types/node.ts';

/** type-graphql wants one where there are subscriptions; where messages come from is `subscriptions/`. */
const noPubSub = {
  publish: () => undefined,
  subscribe: () => {
    throw new Error('subscriptions are served by src/api/graphql/subscriptions');
  },
};

/** The compiled execution waits for what resolvers promise, and for no other promise. */
function suitCompiled(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    // type-graphql makes it asynchronous.
    if (isInterfaceType(type)) type.resolveType = typeOfNode;
    const count = isObjectType(type) ? type.getFields()['totalCount'] : undefined;
    if (count) count.resolve = (page: Connection<unknown>) => page.totalCount;
  }
}

/** The executable schema: types and resolvers as they stand in the code. */
export function buildCoinlogSchema(): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers: [
      AcknowledgeResolver,
      AnomalyResolver,
      CoinResolver,
      DriftResolver,
      EventResolver,
      IdentityLinkResolver,
      IdentityResolver,
      IngestResolver,
      MarketResolver,
      NodeResolver,
      OperationsResolver,
      PerformanceResolver,
      QuoteResolver,
      RateLimitResolver,
      RebuildResolver,
      RejectedDecisionsResolver,
      RejectedResolver,
      RunResolver,
      SnapshotResolver,
      SourceControlResolver,
      SourceResolver,
      SubscriptionResolver,
    ],
    validate: false,
    pubSub: noPubSub,
  });
  suitCompiled(schema);
  const query = schema.getQueryType();
  if (query)
    query.description =
      'Everything that can be read. All of one answer belongs to one version of the read model.';
  const mutation = schema.getMutationType();
  if (mutation)
    mutation.description =
      'What an operator can decide. With the header `Authorization: Bearer <ADMIN_API_KEY>` only: without it UNAUTHENTICATED, and ADMIN_DISABLED where no key is set. Each is an event of the log, with the reason given.';
  const subscription = schema.getSubscriptionType();
  if (subscription)
    subscription.description =
      'What happens from now on, over WebSocket (graphql-transport-ws) at the same address.';
  return schema;
}

/** A schema as text, sorted, so that the same code gives the same text: what `schema.graphql` holds. */
export const printCoinlogSchema = (schema: GraphQLSchema): string =>
  `${printSchema(lexicographicSortSchema(schema))}\n`;
