import { existsSync, readFileSync } from 'node:fs';
import { hash } from 'node:crypto';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { projectRoot } from '../../version.ts';
import { namesTag } from '../http/etag.ts';
import { pageHeaders } from '../http/page-headers.ts';
import { readOnly } from './read-only.ts';

const notBuilt =
  'The pages are not built: run "npm run build", then start coinlog again.\nThe document itself is there: /openapi.json\n';

// Redoc makes its search of a text.
const securityHeaders = pageHeaders('blob:');

/** A page from a file, or 503 and how to build it. */
function pageHandler(file: string) {
  const page = existsSync(file) ? readFileSync(file, 'utf8') : null;
  return (_request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    reply.headers(securityHeaders).header('Cache-Control', 'no-cache');
    return page === null
      ? reply.status(503).type('text/plain; charset=utf-8').send(notBuilt)
      : reply.type('text/html; charset=utf-8').send(page);
  };
}

/** The document never changes while the program runs: its tag is its digest. */
function documentHandler(document: object) {
  const text = JSON.stringify(document);
  const tag = `W/"${hash('sha256', text, 'base64url').slice(0, 16)}"`;
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    reply.header('ETag', tag).header('Cache-Control', 'no-cache');
    if (namesTag(request.headers['if-none-match'], tag)) return reply.status(304).send();
    return reply.type('application/json; charset=utf-8').send(text);
  };
}

/** `/openapi.json`, and two ways to read it: `/docs` to try routes out, `/redoc` to look them up. */
export function registerDocs(
  app: FastifyInstance,
  document: object,
  folder = join(projectRoot, 'dist', 'web', 'docs'),
): void {
  readOnly(app, '/openapi.json', documentHandler(document));
  readOnly(app, '/docs', pageHandler(join(folder, 'swagger.html')));
  readOnly(app, '/redoc', pageHandler(join(folder, 'redoc.html')));
  const assets = join(folder, 'assets');
  if (existsSync(assets))
    app.register(fastifyStatic, {
      root: assets,
      prefix: '/docs/assets/',
      decorateReply: false,
      index: false,
      preCompressed: true,
      // A file's name changes with its contents.
      immutable: true,
      maxAge: '365d',
      setHeaders: (reply) => void reply.headers(securityHeaders),
    });
}
