import type { HTTPGraphQLResponse } from '@apollo/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { messageOf } from '../../errors.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { Answer, AnswerCache, Made } from '../http/answer-cache.ts';
import type { createExecution, Executed } from './answer.ts';
import type { PlainRequest } from './asked.ts';
import { refuseCost } from './execution/cost-limit.ts';

export interface HandlerDeps {
  cache: AnswerCache;
  readRequest: (request: FastifyRequest) => PlainRequest | null;
  execute: ReturnType<typeof createExecution>;
  costLimit: number;
  now: () => Date;
  metrics: Pick<Metrics, 'graphqlCache'>;
}

function bodyOf({ body }: HTTPGraphQLResponse): string {
  if (body.kind !== 'complete') throw new Error('an answer in parts, which nothing asks for');
  return body.string;
}

/**
 * Clients of `application/json` take a status of 400 for a proxy's, and look at no body: GraphQL over HTTP has 200 for
 * what is wrong with a document, and 400 for clients of `application/graphql-response+json`.
 */
function statusOf({ response, outcome }: Executed): number {
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  if (response.status === 400 && isJson && outcome.isDocumentAtFault) return 200;
  return response.status ?? 200;
}

function sendResponse(reply: FastifyReply, executed: Executed): FastifyReply {
  const { response } = executed;
  for (const [name, value] of response.headers) reply.header(name, value);
  return reply.header('Cache-Control', 'no-store').status(statusOf(executed)).send(bodyOf(response));
}

const madeOf = ({ response, outcome }: Executed): Made => {
  const status = response.status ?? 200;
  return {
    version: outcome.version ?? 0,
    parts: [bodyOf(response)],
    type: response.headers.get('content-type') ?? 'application/json; charset=utf-8',
    status,
    keep: outcome.clean && status === 200,
  };
};

function sendAnswer(reply: FastifyReply, answer: Answer): FastifyReply {
  reply.header('X-Read-Model-Version', answer.version).header('Vary', 'Accept, Origin');
  if (answer.tag === null) reply.header('Cache-Control', 'no-store');
  // Whoever keeps it asks each time whether it still is the answer.
  else reply.header('ETag', answer.tag).header('Cache-Control', 'no-cache');
  if (answer.result === 'not_modified') return reply.status(304).send();
  return reply.status(answer.status).header('Content-Type', answer.type).send(answer.parts[0]);
}

/**
 * Answers `/graphql`. What depends on the version of the read model alone comes from the cache, once it has passed every
 * check; all else, and whatever is not as it should be, goes through Apollo.
 */
export function createHandler(deps: HandlerDeps) {
  const { cache, readRequest, execute, costLimit, now, metrics } = deps;

  /** Null: not for the cache. */
  function cacheKeyOf(request: FastifyRequest): string | null {
    const plain = readRequest(request);
    const weight = plain?.operation.weigh(plain.variables, now());
    if (!weight?.request || refuseCost(weight.cost, costLimit)) return null;
    return `graphql ${request.headers.accept ?? ''} ${weight.request}`;
  }

  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const key = cacheKeyOf(request);
    if (key === null) {
      metrics.graphqlCache.inc({ result: 'bypass' });
      return sendResponse(reply, await execute(request, null));
    }
    const ifNoneMatch = request.method === 'GET' ? request.headers['if-none-match'] : undefined;
    const answer = await cache
      .answer({ request: key, ifNoneMatch }, async (seen) => madeOf(await execute(request, seen)))
      .catch((error: unknown) => {
        request.log.warn({ reason: messageOf(error) }, 'graphql: no version to be had');
        return null;
      });
    // Without a database there is no version; the answer says so in the shape that clients read.
    if (answer === null) return sendResponse(reply, await execute(request, null));
    metrics.graphqlCache.inc({ result: answer.result });
    return sendAnswer(reply, answer);
  };
}
