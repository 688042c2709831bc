import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { parseQuery, refuse } from './query.ts';

/** What a route is asked, with its parameters parsed. */
export interface Asked<Query> {
  query: Query;
  /** What stands in the path, decoded. */
  params: Readonly<Record<string, string>>;
  request: FastifyRequest;
  reply: FastifyReply;
}

/** An answer of status 200: one schema, or text of some media type. */
export type AnswerShape =
  { kind: 'json'; schema: z.ZodType } | { kind: 'text'; mediaType: string; description: string };

/** The refusals that a route may give besides those that each has. */
export type Refusal = 400 | 404 | 410 | 422;

export interface RouteSpec<Query extends z.ZodObject> {
  /** As OpenAPI writes it: `/coins/{id}`. */
  path: `/${string}`;
  /** Where it answers: each path is its own there. */
  prefixes: readonly string[];
  operationId: string;
  tag: string;
  summary: string;
  description?: string;
  /** What stands in the path, by name. */
  pathParameters?: Readonly<Record<string, string>>;
  query: Query;
  answer: AnswerShape;
  refusals?: readonly Refusal[];
  /** It reads the read model: its version is a header, and 503 may come; `maybe-tagged`: by what is asked. */
  reads: 'tagged' | 'maybe-tagged' | 'untagged' | 'nothing';
  handle: (asked: Asked<z.output<Query>>) => Promise<unknown>;
}

/** A route whose parameters are parsed already: what is registered with Fastify and described by OpenAPI. */
export interface RestRoute extends Omit<RouteSpec<z.ZodObject>, 'handle'> {
  handler: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;
}

const textParams = (params: unknown): Record<string, string> =>
  Object.fromEntries(Object.entries(params ?? {}).map(([name, value]) => [name, String(value)]));

/** One place that says what a route takes, gives and does. Parameters that cannot be read are refused with 422. */
export function defineRoute<Query extends z.ZodObject>({ handle, ...spec }: RouteSpec<Query>): RestRoute {
  return {
    ...spec,
    async handler(request, reply) {
      const parsed = parseQuery(spec.query, request.query);
      if (parsed.kind === 'refused') return refuse(request, reply, 422, parsed.faults);
      return handle({ query: parsed.query, params: textParams(request.params), request, reply });
    },
  };
}

/** Each data route answers at the root and under `/api/v1`. */
export const bothPrefixes = ['', '/api/v1'] as const;
