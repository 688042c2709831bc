import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { projectRoot } from '../../version.ts';
import { pageHeaders } from './page-headers.ts';

export interface Graphiql {
  /** True for a browser that opens /graphql to look at it, and not for a client with a query. */
  wantsPage(request: FastifyRequest): boolean;
  /** Answers with the page, or with 503 and how to build it. */
  sendPage(reply: FastifyReply): FastifyReply;
}

const assetsPrefix = '/graphql/assets/';

const securityHeaders = pageHeaders("'self'");

const notBuilt =
  'GraphiQL is not built: run "npm run build", then start coinlog again.\nThe API itself works: POST to this address.\n';

/** Quality by media type, lower case; what cannot be read counts as 1, as a missing one does. */
function qualities(accept: string): Map<string, number> {
  const ranges = accept.toLowerCase().split(',');
  return new Map(
    ranges.map((range) => {
      const [type = '', ...params] = range.split(';').map((part) => part.trim());
      const quality = Number(params.find((param) => param.startsWith('q='))?.slice(2) ?? 1);
      return [type, Number.isFinite(quality) ? quality : 1];
    }),
  );
}

/** A client that would take JSON as gladly gets JSON: only browsers name HTML, and rank it first. */
function prefersHtml(accept: string): boolean {
  const given = qualities(accept);
  const html = given.get('text/html') ?? 0;
  const json = Math.max(
    given.get('application/json') ?? 0,
    given.get('application/graphql-response+json') ?? 0,
  );
  return html > json && html >= (given.get('*/*') ?? 0);
}

function wantsPage(request: FastifyRequest): boolean {
  const query = request.query as Record<string, unknown>;
  // `extensions` alone is a persisted query.
  const asks = query['query'] !== undefined || query['extensions'] !== undefined;
  return request.method === 'GET' && !asks && prefersHtml(request.headers.accept ?? '');
}

/** Serves GraphiQL's files under /graphql/assets/; who handles GET /graphql asks the result first. */
export function registerGraphiql(
  app: FastifyInstance,
  folder = join(projectRoot, 'dist', 'web', 'graphiql'),
): Graphiql {
  const pageFile = join(folder, 'index.html');
  const page = existsSync(pageFile) ? readFileSync(pageFile, 'utf8') : null;
  if (page !== null)
    app.register(fastifyStatic, {
      root: join(folder, 'assets'),
      prefix: assetsPrefix,
      decorateReply: false,
      index: false,
      preCompressed: true,
      // A file's name changes with its contents.
      immutable: true,
      maxAge: '365d',
      setHeaders: (reply) => void reply.headers(securityHeaders),
    });
  return {
    wantsPage,
    sendPage(reply) {
      reply.headers(securityHeaders).header('Cache-Control', 'no-cache').header('Vary', 'Accept');
      return page === null
        ? reply.status(503).type('text/plain; charset=utf-8').send(notBuilt)
        : reply.type('text/html; charset=utf-8').send(page);
    },
  };
}
