import type { FastifyInstance } from 'fastify';

/** Whether a page of this origin may ask from a browser. */
export type IsAllowedOrigin = (origin: string) => boolean;

export const createAllowedOrigins = (origins: readonly string[]): IsAllowedOrigin => {
  const all = origins.includes('*');
  const named = new Set(origins);
  return (origin) => all || named.has(origin);
};

const methods = 'GET, HEAD, POST, OPTIONS';
const requestHeaders =
  'Content-Type, Authorization, Accept, If-None-Match, Apollo-Require-Preflight, X-Apollo-Operation-Name, X-Request-ID';
const answerHeaders = 'ETag, X-Read-Model-Version, X-Request-ID, X-Response-Time, Retry-After';
// A day: what is allowed changes with a restart only.
const rememberSeconds = 86_400;

/** Tells browsers which other origins may read answers. No cookies are used, so none are allowed. */
export function registerCors(app: FastifyInstance, isAllowed: IsAllowedOrigin): void {
  app.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers;
    if (origin === undefined) return;
    // A proxy must not give the answer for one origin to another.
    reply.header('Vary', 'Origin');
    if (!isAllowed(origin)) return;
    reply.header('Access-Control-Allow-Origin', origin);
    reply.header('Access-Control-Expose-Headers', answerHeaders);
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined)
      return;
    await reply
      .header('Access-Control-Allow-Methods', methods)
      .header('Access-Control-Allow-Headers', requestHeaders)
      .header('Access-Control-Max-Age', rememberSeconds)
      .status(204)
      .send();
  });
}
