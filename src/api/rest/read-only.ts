import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { problemOf } from '../http/problem.ts';

type Handler = (request: FastifyRequest, reply: FastifyReply) => unknown;

const notAllowed = async (request: FastifyRequest, reply: FastifyReply) =>
  reply
    .status(405)
    .header('Allow', 'GET, HEAD')
    .send(problemOf(request, 'METHOD_NOT_ALLOWED', 'Method Not Allowed'));

/** GET, with the HEAD that Fastify adds to it. Any other method is refused before its body is looked at. */
export function readOnly(app: FastifyInstance, url: string, handler: Handler): void {
  app.get(url, handler);
  const others = app.supportedMethods.filter((method) => method !== 'GET' && method !== 'HEAD');
  app.route({ method: others, url, onRequest: notAllowed, handler: notAllowed });
}
