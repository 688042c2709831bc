import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { formatError } from '../errors.ts';

export const asGraphQLError = (error: unknown): GraphQLError =>
  error instanceof GraphQLError
    ? error
    : new GraphQLError(error instanceof Error ? error.message : String(error), {
        originalError: error instanceof Error ? error : undefined,
      });

/** As clients see them, the same as over HTTP. */
export const format = (errors: readonly GraphQLError[]): GraphQLFormattedError[] =>
  errors.map((error) => formatError(error.toJSON(), error));

export const badInput = (message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });

const withCode = (error: GraphQLError, code: string): GraphQLError => {
  const { message, nodes = null, source = null, positions = null } = error;
  return new GraphQLError(message, { nodes, source, positions, extensions: { code } });
};

/** With the code that Apollo gives such an error. */
export const asInvalid = (error: GraphQLError): GraphQLError =>
  withCode(
    error,
    error.message.startsWith('Syntax Error') ? 'GRAPHQL_PARSE_FAILED' : 'GRAPHQL_VALIDATION_FAILED',
  );

/** The same, of variables. */
export const asBadInput = (error: GraphQLError): GraphQLError => withCode(error, 'BAD_USER_INPUT');
