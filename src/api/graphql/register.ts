import fastifyWebsocket from '@fastify/websocket';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CoinlogError, messageOf } from '../../errors.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { VersionWatch } from '../../read/version-watch.ts';
import type { AnswerCache } from '../http/answer-cache.ts';
import type { IsAllowedOrigin } from '../http/origins.ts';
import type { RateLimit } from '../http/rate-limit.ts';
import { createExecution } from './answer.ts';
import { createBodies } from './bodies.ts';
import { createRequestReader } from './asked.ts';
import { createContexts, type ContextDeps } from './context.ts';
import { internalMessage } from './errors.ts';
import { createApollo } from './execution/apollo.ts';
import { costLimitDefault } from './execution/cost-limit.ts';
import { createDocuments } from './execution/documents.ts';
import { createRunOperation } from './execution/run-operation.ts';
import { createPersistedTexts } from './execution/persisted.ts';
import { createTrustedDocuments, type TrustMode } from './execution/trusted.ts';
import { createHandler, type Direct } from './handler.ts';
import { buildCoinlogSchema } from './schema.ts';
import { createSocketHandler } from './subscriptions/socket-handler.ts';
import { createHub } from './subscriptions/hub.ts';
import { createSocketOptions } from './subscriptions/server.ts';

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
  /** For subscriptions. Closed with the app. */
  watch: VersionWatch;
  rateLimit: RateLimit;
  isAllowedOrigin: IsAllowedOrigin;
  /** What a browser is shown at the same address; null for none. */
  page: { wantsPage(request: FastifyRequest): boolean; sendPage(reply: FastifyReply): unknown } | null;
}

/** What Fastify refuses before GraphQL sees it (no JSON, too large) is answered in the shape that GraphQL clients read. */
function refuse(
  error: FastifyError | CoinlogError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const status = error instanceof CoinlogError ? error.status : (error.statusCode ?? 500);
  if (status >= 500)
    request.log.error({ reason: messageOf(error), stack: error.stack }, 'graphql: request failed');
  const [message, code] =
    status >= 500
      ? [internalMessage, 'INTERNAL_SERVER_ERROR']
      : [error.message, status === 429 ? 'RATE_LIMITED' : 'BAD_USER_INPUT'];
  return reply.status(status).send({ errors: [{ message, extensions: { code } }] });
}

/**
 * A page of another origin may open a socket without asking: no preflight is sent for it. What it could read is what a
 * browser would keep from it over HTTP, as in a service within a company's network.
 */
function isOwnOrAllowed({ headers }: FastifyRequest, isAllowed: IsAllowedOrigin): boolean {
  const { origin, host } = headers;
  if (origin === undefined || isAllowed(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
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
  const contextOf = createContexts(deps);
  const execute = createExecution({ apollo, sessions, contextOf });
  const runOperation = createRunOperation({ sessions, contextOf, log });
  const readRequest = createRequestReader(documents, persisted);
  const bodies = createBodies<Direct>();
  const answer = createHandler({
    cache,
    bodies,
    readRequest,
    runOperation,
    execute,
    costLimit,
    now,
    metrics,
  });
  await apollo.start();
  app.addHook('onClose', () => apollo.stop());
  // Before the sockets are closed: who waits for a commit waits no longer.
  app.addHook('preClose', () => deps.watch.close());
  await app.register(fastifyWebsocket, { options: { maxPayload: bodyBytesMax } });
  const socketOptions = createSocketOptions({
    schema,
    documents,
    runOperation,
    costLimit,
    now,
    log,
    hub: createHub({ ...deps, contextOf }),
    rateLimit: deps.rateLimit,
  });
  const route = {
    url: '/graphql',
    // Packed by itself, so that what is kept is packed once; as a hook on every answer it took 4 of 55 us.
    compress: false as const,
    bodyLimit: bodyBytesMax,
    errorHandler: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) =>
      void refuse(error, request, reply),
  };
  // Apart, so that bodies of other routes are parsed as they always are.
  await app.register(async (routes) => {
    bodies.register(routes);
    routes.route({
      ...route,
      method: 'GET',
      onRequest: async (request, reply) => {
        if (request.ws && !isOwnOrAllowed(request, deps.isAllowedOrigin)) await reply.status(403).send();
      },
      handler: async (request, reply) =>
        deps.page?.wantsPage(request) ? deps.page.sendPage(reply) : answer(request, reply),
      wsHandler: createSocketHandler(socketOptions, log),
    });
    routes.route({ ...route, method: 'POST', handler: answer });
  });
}
