import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { CoinlogError, type ErrorCode } from '../../errors.ts';

const internal = 'INTERNAL_SERVER_ERROR';

/** The codes that clients know; everything else is ours to put right and theirs to report. */
const publicCodes: Partial<Record<ErrorCode, string>> = {
  USAGE: 'BAD_USER_INPUT',
  BUSY: 'BAD_USER_INPUT',
  HISTORY_EXPIRED: 'HISTORY_EXPIRED',
  RATE_LIMITED: 'RATE_LIMITED',
  QUESTION_TOO_SLOW: 'COST_LIMIT_EXCEEDED',
  READ_MODEL_MISSING: 'NOT_READY',
  DATABASE_UNREACHABLE: 'NOT_READY',
  SCHEMA_OUTDATED: 'NOT_READY',
  DECISION_PENDING: 'NOT_READY',
};

const graphqlCodes: Record<string, string> = {
  GRAPHQL_PARSE_FAILED: 'GRAPHQL_PARSE_FAILED',
  GRAPHQL_VALIDATION_FAILED: 'GRAPHQL_VALIDATION_FAILED',
  PERSISTED_QUERY_NOT_FOUND: 'PERSISTED_QUERY_NOT_FOUND',
  BAD_USER_INPUT: 'BAD_USER_INPUT',
  UNAUTHENTICATED: 'UNAUTHENTICATED',
  ADMIN_DISABLED: 'ADMIN_DISABLED',
  COST_LIMIT_EXCEEDED: 'COST_LIMIT_EXCEEDED',
  // No document, several of them without a name, a request that is none.
  OPERATION_RESOLUTION_FAILURE: 'BAD_USER_INPUT',
  BAD_REQUEST: 'BAD_USER_INPUT',
};

/** Every code that an error is answered with. Each is explained in `docs/errors.md`. */
export const graphqlErrorCodes: ReadonlySet<string> = new Set([
  ...Object.values(publicCodes),
  ...Object.values(graphqlCodes),
  internal,
]);

/** The code that an error is answered with. */
export function codeOf(error: unknown): string {
  // What a subscription throws has no path, by which Apollo tells a resolver's error.
  const isOurs = error instanceof GraphQLError && error.originalError instanceof CoinlogError;
  const cause = isOurs ? error.originalError : unwrapResolverError(error);
  if (cause instanceof CoinlogError) return publicCodes[cause.code] ?? internal;
  // graphql-js gives it no code: a mutation or subscription where there is none.
  if (cause instanceof Error && cause.message.startsWith('Schema is not configured to execute'))
    return 'GRAPHQL_VALIDATION_FAILED';
  if (typeof cause !== 'object' || cause === null || !('extensions' in cause)) return internal;
  const { extensions } = cause;
  const code: unknown =
    typeof extensions === 'object' && extensions !== null ? Reflect.get(extensions, 'code') : undefined;
  return (typeof code === 'string' ? graphqlCodes[code] : undefined) ?? internal;
}

/** What is said of a failure whose cause is no client's business. */
export const internalMessage = 'Something went wrong on our side; the log has it under this request id.';

/** An error as clients see it: a known code, and the message only where it is meant for them. */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const code = codeOf(error);
  return {
    ...formatted,
    message: code === internal ? internalMessage : formatted.message,
    extensions: { code },
  };
}

export const isInternal = (error: unknown): boolean => codeOf(error) === internal;
