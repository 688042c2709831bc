import { ApolloServer, type ApolloServerOptions } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { execute, type GraphQLSchema } from 'graphql';
import type { Logger } from '../../../telemetry/logger.ts';
import type { GraphqlContext } from '../context.ts';
import { formatError } from '../errors.ts';
import { errorLogPlugin, labelPlugin, limitsPlugin } from '../plugins.ts';
import { documentLimits } from './limits.ts';
import type { Documents } from './documents.ts';
import type { PersistedTexts } from './persisted.ts';

export interface ApolloDeps {
  schema: GraphQLSchema;
  documents: Documents;
  persisted: PersistedTexts;
  costLimit: number;
  /** "Did you mean": tells names of the schema to whoever guesses. */
  suggestions: boolean;
  log: Logger;
}

type GatewayInterface = NonNullable<ApolloServerOptions<GraphqlContext>['gateway']>;

/** What Apollo takes for a gateway: it hands each operation to whoever executes it. */
const createExecutor = (schema: GraphQLSchema, documents: Documents): GatewayInterface => ({
  onSchemaLoadOrUpdate(told) {
    told({ apiSchema: schema, coreSupergraphSdl: '' });
    return () => undefined;
  },
  load: async () => ({
    async executor({ source, document, request, context }) {
      const { operationName = null, variables = {} } = request;
      const prepared = documents.prepare(source);
      const operation = prepared.kind === 'ready' ? prepared.operation(operationName) : null;
      if (operation) return operation.run(context as GraphqlContext, variables);
      // There is none of that name, or no telling which: graphql-js says it in its own words.
      return execute({ schema, document, operationName, contextValue: context, variableValues: variables });
    },
  }),
  stop: async () => undefined,
});

export function createApollo(deps: ApolloDeps): ApolloServer<GraphqlContext> {
  const { schema, documents, persisted, costLimit, log } = deps;
  return new ApolloServer<GraphqlContext>({
    gateway: createExecutor(schema, documents),
    introspection: true,
    hideSchemaDetailsFromClientErrors: !deps.suggestions,
    csrfPrevention: true,
    includeStacktraceInErrorResponses: false,
    // Whoever starts the program stops it, and this with it.
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: documentLimits.tokens },
    validationOptions: { maxErrors: documentLimits.errors },
    documentStore: {
      get: async (key) => documents.ready(key.slice(key.lastIndexOf(':') + 1)),
      set: async () => undefined,
      delete: async () => false,
    },
    persistedQueries: { cache: persisted, ttl: null },
    stringifyResult: JSON.stringify,
    formatError,
    logger: log,
    plugins: [
      limitsPlugin(documents, costLimit),
      labelPlugin(costLimit),
      errorLogPlugin(log),
      // It wraps every resolver, which is half of the time of an answer.
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      // Nothing about anybody's use leaves the machine, whatever the environment holds.
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
    ],
  });
}
