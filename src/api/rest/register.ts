import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createTaggedAnswers } from './answer.ts';
import { dataRoute } from './data.ts';
import type { RestDeps } from './deps.ts';
import { healthDetailedRoute, healthRoute } from './health-routes.ts';
import { createLook } from './health.ts';
import { performanceRoute } from './performance.ts';
import { runsRoute, statsRoute } from './stats.ts';
import { summaryRoute } from './summary.ts';

export type { RestDeps } from './deps.ts';

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/** Each data route answers under both. */
const prefixes = ['', '/api/v1'] as const;

const notAllowed = async (request: FastifyRequest, reply: FastifyReply) =>
  reply
    .status(405)
    .header('Allow', 'GET, HEAD')
    .send({ detail: 'Method Not Allowed', code: 'METHOD_NOT_ALLOWED', request_id: request.id });

/** GET, with the HEAD that Fastify adds to it. Any other method is refused before its body is looked at. */
function readOnly(app: FastifyInstance, url: string, handler: Handler): void {
  app.get(url, handler);
  const others = app.supportedMethods.filter((method) => method !== 'GET' && method !== 'HEAD');
  app.route({ method: others, url, onRequest: notAllowed, handler: notAllowed });
}

const rootRoute = (version: string) => async () => ({
  name: 'coinlog',
  version,
  status: 'running',
  docs: '/docs',
  health: '/api/v1/health',
});

/** The REST routes, at the root and under `/api/v1`. */
export function registerRest(app: FastifyInstance, deps: RestDeps): void {
  const answer = createTaggedAnswers(deps);
  const look = createLook(deps);
  const routes: Record<string, Handler> = {
    '/data': dataRoute(deps, answer),
    '/data/summary': summaryRoute(answer),
    '/health': healthRoute(deps, look),
    '/health/detailed': healthDetailedRoute(deps, look),
    '/stats': statsRoute(answer),
    '/stats/runs': runsRoute(answer),
    '/stats/performance': performanceRoute(deps),
  };
  for (const prefix of prefixes)
    for (const [path, handler] of Object.entries(routes)) readOnly(app, `${prefix}${path}`, handler);
  readOnly(app, '/', rootRoute(deps.version));
}
