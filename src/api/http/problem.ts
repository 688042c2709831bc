import type { FastifyRequest } from 'fastify';
import type { ErrorCode } from '../../errors.ts';

/** Codes of what is refused without a `CoinlogError`. Each is explained in `docs/errors.md`. */
export const requestCodes = [
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'NOT_FOUND',
  'METHOD_NOT_ALLOWED',
  'INTERNAL_SERVER_ERROR',
] as const;

export type ProblemCode = ErrorCode | (typeof requestCodes)[number];

/** What a REST request that fails is answered with. */
export const problemOf = <Detail>(request: FastifyRequest, code: ProblemCode, detail: Detail) => ({
  detail,
  code,
  request_id: request.id,
});
