import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, type FormattedExecutionResult } from 'graphql';
import { messageOf } from '../../errors.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { GraphqlContext } from './context.ts';
import { isInternal } from './errors.ts';
import { refuseCost } from './execution/cost-limit.ts';
import type { Documents } from './execution/documents.ts';

type Plugin = ApolloServerPlugin<GraphqlContext>;

/** Labels every answer with the version of the read model that all of it was read from, and with its cost. */
export const labelPlugin = (costLimit: number): Plugin => ({
  requestDidStart: async () => ({
    async willSendResponse({ response, contextValue, source }) {
      if (response.body.kind !== 'single') return;
      const { outcome, reads } = contextValue;
      const { singleResult } = response.body;
      // Without a database there is no version; the errors say so.
      outcome.version = await reads.version().catch(() => null);
      outcome.isDocumentAtFault = source !== undefined && isDocumentAtFault(singleResult);
      outcome.clean = singleResult.errors === undefined && outcome.version !== null;
      singleResult.extensions = { ...singleResult.extensions, ...labelsOf(outcome, costLimit) };
      if (outcome.version !== null)
        response.http.headers.set('x-read-model-version', String(outcome.version));
    },
  }),
});

const faults = new Set(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT']);

const isDocumentAtFault = ({ data, errors }: FormattedExecutionResult): boolean =>
  data === undefined && (errors ?? []).every(({ extensions }) => faults.has(String(extensions?.['code'])));

/** What stands in `extensions` of every answer. */
export const labelsOf = ({ version, cost }: GraphqlContext['outcome'], limit: number) => ({
  readModelVersion: version,
  ...(cost === null ? {} : { cost: { requested: cost, limit } }),
});

const onlyOverWebSocket = (): GraphQLError =>
  new GraphQLError('Subscriptions are answered over WebSocket (graphql-transport-ws) at this address.', {
    extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
  });

/** Refuses documents that are too much, before Apollo looks at them, and what they cost with their variables. */
export const limitsPlugin = (documents: Documents, costLimit: number): Plugin => ({
  requestDidStart: async () => ({
    async didResolveSource({ source }) {
      documents.prepare(source);
    },
    async didResolveOperation({ source, request, contextValue }) {
      const prepared = documents.prepare(source);
      if (prepared.kind === 'refused') throw prepared.error;
      if (prepared.kind !== 'ready') return;
      const operation = prepared.operation(request.operationName ?? null);
      if (operation?.kind === 'subscription') throw onlyOverWebSocket();
      const weight = operation?.weigh(request.variables ?? {}, contextValue.now());
      if (!weight) return;
      contextValue.outcome.cost = weight.cost;
      const refused = refuseCost(weight.cost, costLimit);
      if (refused) throw refused;
    },
  }),
});

/** Logs what clients are not told. */
export const errorLogPlugin = (log: Logger): Plugin => ({
  requestDidStart: async () => ({
    async didEncounterErrors({ errors, contextValue, operationName }) {
      for (const error of errors.filter(isInternal)) logFailure(log, error, contextValue, operationName);
    },
  }),
});

/** One that no client is told of, with the request id that it is told under. */
export function logFailure(
  log: Logger,
  error: GraphQLError,
  { requestId }: GraphqlContext,
  operationName: string | null | undefined,
): void {
  const { path, originalError } = error;
  const cause = originalError ?? error;
  log.error(
    { requestId, operationName, path, reason: messageOf(cause), stack: cause.stack },
    'graphql: a field failed',
  );
}
