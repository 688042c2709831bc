import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { messageOf } from '../../errors.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { AnswerCache } from '../http/answer-cache.ts';
import { createExecution } from './answer.ts';
import { createRequestReader } from './asked.ts';
import { createContexts, type ContextDeps } from './context.ts';
import { internalMessage } from './errors.ts';
import { createApollo } from './execution/apollo.ts';
import { costLimitDefault } from './execution/cost-limit.ts';
import { createDocuments } from './execution/documents.ts';
import { createPersistedTexts } from './execution/persisted.ts';
import { createTrustedDocuments, type TrustMode } from './execution/trusted.ts';
import { createHandler } from './handler.ts';
import { buildCoinlogSchema } from './schema.ts';

/** What of it can be set. */
export interface GraphqlSettings {
  trust: TrustMode;
  /** Text by id. */
  manifest: ReadonlyMap<string, string>;
  /** Whether a wrong name is answered with names that are right. */
  suggestions: boolean;
}

export interface GraphqlDeps extends ContextDeps {
  log: Logger;
  metrics: Pick<Metrics, 'graphqlCache'>;
  cache: AnswerCache;
  settings: GraphqlSettings;
  /** What a browser is shown at the same address; null for none. */
  page: { wantsPage(request: FastifyRequest): boolean; sendPage(reply: FastifyReply): unknown } | null;
}

/** What Fastify refuses before GraphQL sees it (no JSON, too large) is answered in the shape that GraphQL clients read. */
function refuse(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const status = error.statusCode ?? 500;
  if (status >= 500)
    request.log.error({ reason: messageOf(error), stack: error.stack }, 'graphql: request failed');
  const [message, code] =
    status >= 500 ? [internalMessage, 'INTERNAL_SERVER_ERROR'] : [error.message, 'BAD_USER_INPUT'];
  return reply.status(status).send({ errors: [{ message, extensions: { code } }] });
}

/** Bytes of a request: far more than any document and its variables take. */
const bodyBytesMax = 256 * 1024;

/** Serves `/graphql`: POST, and GET by the rules of GraphQL over HTTP. Ends with the app. */
export async function registerGraphql(app: FastifyInstance, deps: GraphqlDeps): Promise<void> {
  const { log, metrics, cache, settings, sessions, now } = deps;
  const schema = buildCoinlogSchema();
  const trusted = createTrustedDocuments(settings.trust, settings.manifest, log);
  const documents = createDocuments({ schema, trusted });
  const persisted = createPersistedTexts(trusted);
  const costLimit = costLimitDefault;
  const { suggestions } = settings;
  const apollo = createApollo({ schema, documents, persisted, costLimit, suggestions, log });
  const execute = createExecution({ apollo, sessions, contextOf: createContexts(deps) });
  const readRequest = createRequestReader(documents, persisted);
  const answer = createHandler({ cache, readRequest, execute, costLimit, now, metrics });
  await apollo.start();
  app.addHook('onClose', () => apollo.stop());
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    bodyLimit: bodyBytesMax,
    errorHandler: (error: FastifyError, request, reply) => void refuse(error, request, reply),
    async handler(request, reply) {
      if (request.method === 'GET' && deps.page?.wantsPage(request)) return deps.page.sendPage(reply);
      return answer(request, reply);
    },
  });
}
