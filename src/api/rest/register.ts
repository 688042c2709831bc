import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { createTaggedAnswers } from './answer.ts';
import { geckoRoutes } from './coingecko/routes.ts';
import { compareRunsRoute } from './compare-runs.ts';
import { dataRoute } from './data.ts';
import type { RestDeps } from './deps.ts';
import { registerDocs } from './docs.ts';
import { exportRoutes } from './export/route.ts';
import { healthDetailedRoute, healthRoute } from './health-routes.ts';
import { createLook } from './health.ts';
import { openApiDocument } from './openapi/document.ts';
import { performanceRoute } from './performance.ts';
import { readOnly } from './read-only.ts';
import { defineRoute, type RestRoute } from './route.ts';
import { root, type RootBody } from './shapes/root.ts';
import { runsRoute, statsRoute } from './stats.ts';
import { summaryRoute } from './summary.ts';

export type { RestDeps } from './deps.ts';

const rootRoute = (version: string): RestRoute =>
  defineRoute({
    path: '/',
    prefixes: [''],
    operationId: 'readRoot',
    tag: 'Service',
    summary: 'Name, version, and where documentation and health are',
    query: z.object({}),
    answer: { kind: 'json', schema: root },
    reads: 'nothing',
    async handle() {
      const body: RootBody = {
        name: 'coinlog',
        version,
        status: 'running',
        docs: '/docs',
        health: '/api/v1/health',
      };
      return body;
    },
  });

/** Every REST route there is. */
export function restRoutes(deps: RestDeps): RestRoute[] {
  const answer = createTaggedAnswers(deps);
  const look = createLook(deps);
  return [
    rootRoute(deps.version),
    dataRoute(deps, answer),
    summaryRoute(answer),
    healthRoute(deps, look),
    healthDetailedRoute(deps, look),
    statsRoute(answer),
    runsRoute(answer),
    performanceRoute(deps),
    compareRunsRoute(deps, answer),
    ...exportRoutes(deps),
    ...geckoRoutes(deps, answer),
  ];
}

/** `/coins/{id}` as Fastify writes it. */
const fastifyPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1');

/** The REST routes, and what they say of themselves. */
export function registerRest(app: FastifyInstance, deps: RestDeps): void {
  const routes = restRoutes(deps);
  for (const { path, prefixes, handler } of routes)
    for (const prefix of prefixes) readOnly(app, fastifyPath(`${prefix}${path}`), handler);
  registerDocs(app, openApiDocument(routes, deps.version));
}
