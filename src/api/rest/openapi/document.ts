import { z } from 'zod';
import type { ParameterMeta } from '../query.ts';
import type { AnswerShape, Refusal, RestRoute } from '../route.ts';
import { namedShapes } from '../shapes/named.ts';

type Json = Record<string, unknown>;

const schemaPath = (id: string): string => `#/components/schemas/${id}`;

/** zod bounds whole numbers by what a double holds. It is true and says nothing, and pages show it as an example. */
function withoutBounds({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
}

/** Every named answer as JSON Schema 2020-12, which is OpenAPI 3.1's own. */
function componentSchemas(): Record<string, Json> {
  const { schemas } = z.toJSONSchema(namedShapes, {
    uri: schemaPath,
    io: 'output',
    override: withoutBounds,
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _dialect, $id: _id, ...schema }]) => [id, schema]),
  );
}

function parametersOf({ query, pathParameters = {} }: RestRoute): Json[] {
  const inPath = Object.entries(pathParameters).map(([name, description]) => ({
    name,
    in: 'path',
    required: true,
    description,
    schema: { type: 'string' },
  }));
  const inQuery = Object.entries(query.shape).map(([name, schema]) => {
    const { description, value } = z.globalRegistry.get(schema as z.ZodType) as unknown as ParameterMeta;
    const required = !(schema as z.ZodType).safeParse(undefined).success;
    return { name, in: 'query', required, description, schema: value };
  });
  return [...inPath, ...inQuery];
}

function contentOf(answer: AnswerShape): Json {
  if (answer.kind === 'text') return { [answer.mediaType]: { schema: { type: 'string' } } };
  const id = namedShapes.get(answer.schema)?.id;
  if (id === undefined) throw new TypeError('an answer without a name');
  return { 'application/json': { schema: { $ref: schemaPath(id) } } };
}

const header = (name: string): Json => ({ $ref: `#/components/headers/${name}` });
const always = { 'X-Request-ID': header('X-Request-ID'), 'X-Response-Time': header('X-Response-Time') };
const versioned = { ...always, 'X-Read-Model-Version': header('X-Read-Model-Version') };
const tagged = { ...versioned, ETag: header('ETag') };

const refusals: Record<Refusal | 503, string> = {
  400: 'A value that a parameter does not have.',
  404: 'There is nothing of that name.',
  410: 'It is not known any more what was shown then.',
  422: 'A parameter that cannot be read: `detail` is a list of them.',
  503: 'The database cannot be reached, or nothing has been projected yet.',
};

const problemContent = { 'application/json': { schema: { $ref: schemaPath('Problem') } } };

function responsesOf(route: RestRoute): Json {
  const headers = { tagged, 'maybe-tagged': versioned, untagged: versioned, nothing: always }[route.reads];
  const described = route.answer.kind === 'text' ? route.answer.description : route.summary;
  const refused = [...(route.refusals ?? []), ...(route.reads === 'nothing' ? [] : [503 as const])];
  return {
    200: { description: described, headers, content: contentOf(route.answer) },
    ...(route.reads.endsWith('tagged') && route.reads !== 'untagged'
      ? { 304: { description: 'What `If-None-Match` names is still what would be answered.', headers } }
      : {}),
    ...Object.fromEntries(
      refused.map((status) => [
        status,
        { description: refusals[status], headers: always, content: problemContent },
      ]),
    ),
    default: { description: 'What went wrong.', headers: always, content: problemContent },
  };
}

const idAt = (route: RestRoute, prefix: string): string =>
  route.operationId + (prefix === '/api/v1' ? 'V1' : '');

function operationOf(route: RestRoute, prefix: string): Json {
  return {
    operationId: idAt(route, prefix),
    tags: [route.tag],
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    parameters: parametersOf(route),
    responses: responsesOf(route),
  };
}

const headers: Record<string, Json> = {
  'X-Request-ID': {
    description: 'Yours where it is sane, else a new one. It is in the log.',
    schema: { type: 'string' },
  },
  'X-Response-Time': { description: 'As `3.19ms`.', schema: { type: 'string', pattern: '^[0-9.]+ms$' } },
  'X-Read-Model-Version': {
    description: 'All of an answer belongs to this version.',
    schema: { type: 'integer', minimum: 0 },
  },
  ETag: { description: 'Weak. Send it back as `If-None-Match`.', schema: { type: 'string' } },
};

const tags: Record<string, string> = {
  Data: 'What the sources said, row by row.',
  Runs: 'What was asked of the sources, and what came of it.',
  Health: 'How the service is.',
  Export: 'Many rows at once, for notebooks and files.',
  'CoinGecko shape':
    "CoinGecko's own routes, over the consensus of all sources: an existing client changes its base URL.",
  Service: 'What this is.',
};

/** The OpenAPI 3.1 document of all routes: made of the same schemas that parse parameters and type answers. */
export function openApiDocument(routes: readonly RestRoute[], version: string): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes)
    for (const prefix of route.prefixes)
      paths[`${prefix}${route.path}`] = { get: operationOf(route, prefix) };
  const used = new Set(routes.map(({ tag }) => tag));
  return {
    openapi: '3.1.1',
    info: {
      title: 'coinlog',
      version,
      summary: 'Crypto market data of several sources, every number of which can be explained.',
      description:
        'REST routes of coinlog. GraphQL at `/graphql` has all of it, and exact decimals. Times are in UTC. Numbers are JSON numbers, that is doubles.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'This server.' }],
    tags: Object.entries(tags)
      .filter(([name]) => used.has(name))
      .map(([name, description]) => ({ name, description })),
    security: [],
    paths,
    components: { schemas: componentSchemas(), headers },
  };
}
