import { z } from 'zod';
import { errorResponse } from '../../sandbox/kit/response.ts';
import type { SandboxResponse } from '../sandbox-market.ts';

export const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true');

/** Comma-separated; empty entries are nothing. */
export const list = z
  .string()
  .transform((text) => text.split(',').map((entry) => entry.trim()))
  .transform((entries) => entries.filter((entry) => entry !== ''));

export const wholeNumber = (min: number, max: number): z.ZodType<number> =>
  z.string().regex(/^\d+$/).transform(Number).pipe(z.number().min(min).max(max));

/** Decimal places of prices; null leaves them unrounded, undefined rounds as the API does by default. */
export const precision = z.union([z.literal('full').transform(() => null), wholeNumber(0, 18)]).optional();

export type QueryResult<T> = { kind: 'read'; query: T } | { kind: 'refused'; response: SandboxResponse };

/**
 * Reads a query: 422 for a parameter that is missing, 400 for a value that is wrong. The API's own words are recorded
 * for the missing one only.
 */
export function readQuery<T>(schema: z.ZodType<T>, query: URLSearchParams): QueryResult<T> {
  const given = Object.fromEntries(query);
  const read = schema.safeParse(given);
  if (read.success) return { kind: 'read', query: read.data };
  const name = String(read.error.issues[0]?.path[0] ?? 'parameters');
  const response =
    given[name] === undefined
      ? errorResponse(422, `Missing parameter ${name}`)
      : errorResponse(400, `invalid ${name}`);
  return { kind: 'refused', response };
}
