import type { HTTPGraphQLResponse } from '@apollo/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { messageOf } from '../../errors.ts';
import type { ReadVersion } from '../../read/versions.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { Answer, AnswerCache, Made } from '../http/answer-cache.ts';
import { sendText } from '../http/packed.ts';
import { askedOf, type createExecution, type Executed } from './answer.ts';
import type { PlainRequest } from './asked.ts';
import type { Bodies } from './bodies.ts';
import { formatError } from './errors.ts';
import { refuseCost } from './execution/cost-limit.ts';
import type { RunOperation } from './execution/run-operation.ts';
import { labelsOf } from './plugins.ts';

export interface HandlerDeps {
  cache: AnswerCache;
  bodies: Bodies<Direct>;
  readRequest: (request: FastifyRequest) => PlainRequest | null;
  runOperation: RunOperation;
  /** By Apollo. */
  execute: ReturnType<typeof createExecution>;
  costLimit: number;
  now: () => Date;
  metrics: Pick<Metrics, 'graphqlCache'>;
}

const vary = 'Accept, Accept-Encoding, Origin';

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

async function sendResponse(reply: FastifyReply, executed: Executed): Promise<FastifyReply> {
  const { response } = executed;
  for (const [name, value] of response.headers) reply.header(name, value);
  reply.header('Cache-Control', 'no-store').header('Vary', vary).status(statusOf(executed));
  return sendText(reply, bodyOf(response));
}

const madeOf = ({ response, outcome }: Executed): Made => {
  const status = statusOf({ response, outcome });
  return {
    version: outcome.version ?? 0,
    parts: [bodyOf(response)],
    type: response.headers.get('content-type') ?? 'application/json; charset=utf-8',
    status,
    keep: outcome.clean && status === 200,
  };
};

async function sendAnswer(reply: FastifyReply, answer: Answer): Promise<FastifyReply> {
  // 0: without a database.
  if (answer.version > 0) reply.header('X-Read-Model-Version', answer.version);
  reply.header('Vary', vary);
  if (answer.tag === null) reply.header('Cache-Control', 'no-store');
  // Whoever keeps it asks each time whether it still is the answer.
  else reply.header('ETag', answer.tag).header('Cache-Control', 'no-cache');
  if (answer.result === 'not_modified') return reply.status(304).send();
  reply.status(answer.status).header('Content-Type', answer.type);
  return sendText(reply, answer.parts[0] ?? '', answer.packable);
}

/** A request that passes every check, and can be answered without looking at it as closely as Apollo does. */
export interface Direct extends PlainRequest {
  cost: number;
  /** By which its answer is kept; null: it depends on more than the version. */
  key: string | null;
  /** Of the answer. */
  type: string;
}

const jsonType = 'application/json; charset=utf-8';
const responseType = 'application/graphql-response+json; charset=utf-8';

/** The type that most clients' headers ask for; null where it takes weighing. */
function typeFor(accept: string | undefined): string | null {
  if (accept === undefined || accept === '*/*') return jsonType;
  if (accept.startsWith('application/graphql-response+json')) return responseType;
  return accept.startsWith('application/json') && !accept.includes('graphql-response') ? jsonType : null;
}

/**
 * Answers `/graphql`. What clients that work send is run directly, and, where it depends on the version of the read model
 * alone, comes from the cache; whatever is not as it should be is for Apollo to answer.
 */
export function createHandler(deps: HandlerDeps) {
  const { cache, bodies, readRequest, runOperation, execute, costLimit, now, metrics } = deps;

  function lookAt(request: FastifyRequest): Direct | null {
    const plain = readRequest(request);
    const type = plain?.operation.kind === 'query' ? typeFor(request.headers.accept) : null;
    if (!plain || type === null) return null;
    const weight = plain.operation.weigh(plain.variables, now());
    if (weight === null || refuseCost(weight.cost, costLimit)) return null;
    const key = weight.request === null ? null : `graphql ${type} ${weight.request}`;
    return { ...plain, cost: weight.cost, key, type };
  }

  /** Null: it was not run, and Apollo says why. */
  async function run(
    request: FastifyRequest,
    direct: Direct,
    seen: ReadVersion | null,
  ): Promise<Made | null> {
    const { operation, variables, cost, type } = direct;
    const { result, outcome } = await runOperation(
      { operation, variables, cost, asked: askedOf(request) },
      seen,
    );
    if (result.data === undefined) return null;
    const errors = result.errors?.map((error) => formatError(error.toJSON(), error));
    const body = JSON.stringify({ errors, data: result.data, extensions: labelsOf(outcome, costLimit) });
    return { version: outcome.version ?? 0, parts: [body], type, status: 200, keep: outcome.clean };
  }

  /** Never kept by anyone. */
  async function answerOnce(request: FastifyRequest, reply: FastifyReply, direct: Direct | null) {
    const made = direct && (await run(request, direct, null));
    return made
      ? sendAnswer(reply, { ...made, result: 'miss', tag: null, packable: null })
      : sendResponse(reply, await execute(request, null));
  }

  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const direct = bodies.find(request) ?? lookAt(request);
    if (direct === null || direct.key === null) {
      metrics.graphqlCache.inc({ result: 'bypass' });
      return answerOnce(request, reply, direct);
    }
    const asked = {
      request: direct.key,
      ifNoneMatch: request.method === 'GET' ? request.headers['if-none-match'] : null,
    };
    let answer: Answer | null = null;
    try {
      answer = await cache.answer(
        asked,
        async (seen) => (await run(request, direct, seen)) ?? madeOf(await execute(request, seen)),
      );
    } catch (error) {
      request.log.warn({ reason: messageOf(error) }, 'graphql: no version to be had');
    }
    // Without a database there is no version; the answer says so in the shape that clients read.
    if (answer === null) return answerOnce(request, reply, direct);
    if (answer.result === 'hit') bodies.keep(request, direct);
    metrics.graphqlCache.inc({ result: answer.result });
    return sendAnswer(reply, answer);
  };
}
