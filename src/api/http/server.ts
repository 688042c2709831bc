import { randomUUID } from 'node:crypto';
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { CoinlogError, messageOf } from '../../errors.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { problemOf, type ProblemCode } from './problem.ts';
import { registerRateLimit, type RateLimit } from './rate-limit.ts';

export interface HttpServerDeps {
  log: Logger;
  metrics: Metrics;
  /** Who may ask, and how often; by default everybody as often as they like, and pages of this origin only. */
  access?: {
    trustProxy: number | string[] | false;
    rateLimit: RateLimit;
    now: () => Date;
  };
}

/** So many proxies, or these. */
const trustOf = (trusted: number | string[] | false) =>
  typeof trusted === 'number' ? (_address: string, hop: number) => hop < trusted : trusted;

// A sane incoming id is kept, so that a proxy's log and ours can be joined.
const saneId = /^[A-Za-z0-9._-]{1,128}$/;

/** Fastify with what every answer has: a request id, a response time, a log line, a metric, and errors in one shape. */
export function createHttpServer({ log, metrics, access }: HttpServerDeps): FastifyInstance {
  // Named by Fastify's own type: with pino's, the instance's type fits no other function.
  const loggerInstance: FastifyBaseLogger = log;
  const app = Fastify({
    loggerInstance,
    trustProxy: trustOf(access?.trustProxy ?? false),
    // One line per answer, below, instead of Fastify's two.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    requestIdHeader: false,
    genReqId: (request) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && saneId.test(given) ? given : randomUUID();
    },
    // An open keep-alive connection must not hold up a clean stop.
    forceCloseConnections: 'idle',
    bodyLimit: 1024 * 1024,
    // An address that cannot be read, which no route and no hook ever sees.
    frameworkErrors: (error, request, reply) =>
      void answerError(error, request, reply.header('X-Request-ID', request.id)),
    routerOptions: { ignoreTrailingSlash: true },
  });

  app.decorateRequest('rate', null);
  if (access) {
    registerRateLimit(app, access.rateLimit, access.now);
  }
  app.addHook('onSend', (request, reply, _payload, done) => {
    reply.header('X-Request-ID', request.id);
    reply.header('X-Response-Time', `${reply.elapsedTime.toFixed(2)}ms`);
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    const status = String(reply.statusCode);
    metrics.httpRequestSeconds.observe({ route, method: request.method, status }, reply.elapsedTime / 1000);
    request.log.info(
      { method: request.method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
      'request',
    );
    done();
  });
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((request, reply) =>
    reply.status(404).send(problemOf(request, 'NOT_FOUND', 'Not Found')),
  );
  return app;
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = error instanceof CoinlogError ? error : null;
  const status = known?.status ?? statusOf(error);
  if (status >= 500) request.log.error({ reason: messageOf(error), code: known?.code }, 'request failed');
  const detail =
    known || status < 500
      ? messageOf(error)
      : 'Something went wrong on our side; the log has it under this request id.';
  return reply.status(status).send(problemOf(request, known?.code ?? codeOf(status), detail));
}

function statusOf(error: unknown): number {
  if (
    typeof error === 'object' &&
    error !== null &&
    'statusCode' in error &&
    typeof error.statusCode === 'number'
  )
    return error.statusCode;
  return 500;
}

const codeOf = (status: number): ProblemCode => (status < 500 ? 'BAD_REQUEST' : 'INTERNAL_SERVER_ERROR');

const hasCode = (error: unknown, codes: readonly string[]): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && codes.includes(String(error.code));

/** Listens; a port that is taken is said in one line. Returns the URL with the port it got. */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'EADDRINUSE')
      throw new CoinlogError(
        'PORT_IN_USE',
        `Port ${port} on ${host} is in use: stop what listens there, or set API_PORT.`,
      );
    if (hasCode(error, ['ENOTFOUND', 'EAI_AGAIN', 'EADDRNOTAVAIL', 'EACCES']))
      throw new CoinlogError(
        'CONFIG_INVALID',
        `API_HOST, API_PORT: cannot listen on ${host}:${port}: ${messageOf(error)}.`,
      );
    throw error;
  }
  const address = app.server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  const shown = host === '0.0.0.0' || host === '127.0.0.1' || host === '::' ? 'localhost' : host;
  return `http://${shown}:${bound}`;
}
