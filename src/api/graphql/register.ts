import { ApolloServer, HeaderMap, type HTTPGraphQLResponse } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { messageOf } from '../../errors.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { createContexts, type ContextDeps, type GraphqlContext } from './context.ts';
import { formatError, internalMessage } from './errors.ts';
import { errorLogPlugin, versionPlugin } from './plugins.ts';
import { buildCoinlogSchema } from './schema.ts';

export interface GraphqlDeps extends ContextDeps {
  log: Logger;
  /** What a browser is shown at the same address; null for none. */
  page: { wantsPage(request: FastifyRequest): boolean; sendPage(reply: FastifyReply): unknown } | null;
}

const createApollo = (log: Logger): ApolloServer<GraphqlContext> =>
  new ApolloServer<GraphqlContext>({
    schema: buildCoinlogSchema(),
    introspection: true,
    csrfPrevention: true,
    includeStacktraceInErrorResponses: false,
    // Whoever starts the program stops it, and this with it.
    stopOnTerminationSignals: false,
    formatError,
    logger: log,
    plugins: [
      versionPlugin,
      errorLogPlugin(log),
      // It wraps every resolver, which is half of the time of an answer.
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      // Nothing about anybody's use leaves the machine, whatever the environment holds.
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
    ],
  });

function headersOf(request: FastifyRequest): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  return headers;
}

/** The part of an address from the question mark on. */
function searchOf(url: string): string {
  const at = url.indexOf('?');
  return at < 0 ? '' : url.slice(at);
}

/**
 * Runs one request, and ends what it has read from, also when its client has gone meanwhile. Before the answer is sent,
 * so that a server without requests has no snapshot open.
 */
async function execute(
  apollo: ApolloServer<GraphqlContext>,
  context: GraphqlContext,
  request: FastifyRequest,
): Promise<HTTPGraphQLResponse> {
  try {
    return await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: request.method.toUpperCase(),
        headers: headersOf(request),
        search: searchOf(request.url),
        body: request.body,
      },
      context: async () => context,
    });
  } finally {
    await context.reads.close();
  }
}

function send(reply: FastifyReply, { status, headers, body }: HTTPGraphQLResponse): FastifyReply {
  if (body.kind !== 'complete') throw new Error('an answer in parts, which nothing asks for');
  for (const [name, value] of headers) reply.header(name, value);
  return reply.status(status ?? 200).send(body.string);
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

/** Serves `/graphql`: POST, and GET by the rules of GraphQL over HTTP. Ends with the app. */
export async function registerGraphql(app: FastifyInstance, deps: GraphqlDeps): Promise<void> {
  const apollo = createApollo(deps.log);
  const contextOf = createContexts(deps);
  await apollo.start();
  app.addHook('onClose', () => apollo.stop());
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    errorHandler: (error: FastifyError, request, reply) => void refuse(error, request, reply),
    async handler(request, reply) {
      if (request.method === 'GET' && deps.page?.wantsPage(request)) return deps.page.sendPage(reply);
      const { authorization } = request.headers;
      const context = contextOf({ requestId: request.id, authorization });
      return send(reply, await execute(apollo, context, request));
    },
  });
}
