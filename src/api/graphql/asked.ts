import type { FastifyRequest } from 'fastify';
import type { Documents } from './execution/documents.ts';
import type { Operation } from './execution/operation.ts';
import type { PersistedTexts } from './execution/persisted.ts';
import type { Variables } from './execution/weigh.ts';

/** A request that is as it should be: everything else is for Apollo to answer. */
export interface PlainRequest {
  operation: Operation;
  variables: Variables;
}

interface Parameters {
  query?: unknown;
  operationName?: unknown;
  variables?: unknown;
  extensions?: unknown;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const filled = (value: unknown): boolean => typeof value === 'string' && value.length > 0;

/** What no plain link or form of another site can send; Apollo's own rule for CSRF. */
const isPreflighted = ({ headers }: FastifyRequest): boolean =>
  filled(headers['apollo-require-preflight']) || filled(headers['x-apollo-operation-name']);

function parseJson(text: unknown): unknown {
  if (text === undefined) return undefined;
  try {
    return typeof text === 'string' ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

/** Null: not as it should be. */
function parametersOf(request: FastifyRequest): Parameters | null {
  if (request.method === 'POST') {
    const isJson = request.headers['content-type']?.startsWith('application/json') ?? false;
    return isJson && isObject(request.body) ? request.body : null;
  }
  if (!isPreflighted(request) || request.headers['content-type'] !== undefined) return null;
  const { query, operationName, variables, extensions } = request.query as Record<string, unknown>;
  return { query, operationName, variables: parseJson(variables), extensions: parseJson(extensions) };
}

/** The text that is asked for, or null where Apollo must look at it: a hash that is unknown, or to be registered. */
function textOf({ query, extensions }: Parameters, persisted: PersistedTexts): string | null {
  if (extensions === undefined || extensions === null) return typeof query === 'string' ? query : null;
  const asked = isObject(extensions) ? extensions['persistedQuery'] : null;
  if (asked === undefined) return typeof query === 'string' ? query : null;
  if (!isObject(asked) || asked['version'] !== 1 || typeof asked['sha256Hash'] !== 'string') return null;
  const known = persisted.textOf(asked['sha256Hash']) ?? null;
  return query === undefined || query === known ? known : null;
}

/** Reads requests as they are sent by clients that work. */
export function createRequestReader(documents: Documents, persisted: PersistedTexts) {
  return (request: FastifyRequest): PlainRequest | null => {
    const parameters = parametersOf(request);
    if (parameters === null) return null;
    const { operationName = null, variables } = parameters;
    if (operationName !== null && typeof operationName !== 'string') return null;
    if (variables !== undefined && variables !== null && !isObject(variables)) return null;
    const text = textOf(parameters, persisted);
    const prepared = text === null ? null : documents.prepare(text);
    const operation = prepared?.kind === 'ready' ? prepared.operation(operationName) : null;
    return operation && { operation, variables: variables ?? {} };
  };
}
