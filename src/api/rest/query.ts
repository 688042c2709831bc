import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

/** What is wrong with one parameter, as clients of the old service read it. */
export interface ParameterFault {
  type: 'int_parsing' | 'greater_than_equal' | 'less_than_equal';
  loc: ['query', string];
  msg: string;
  input: string | null;
}

export type ParsedQuery<T> = { kind: 'parsed'; query: T } | { kind: 'refused'; faults: ParameterFault[] };

/** A whole number of up to 15 digits, so that it and its products stay exact enough to compare. */
export const wholeNumber = (min: number, max: number, fallback: number) =>
  z
    .string()
    .trim()
    .regex(/^[+-]?\d{1,15}$/, 'Input should be a valid integer')
    .transform(Number)
    .pipe(
      z
        .number()
        .min(min, `Input should be greater than or equal to ${min}`)
        .max(max, `Input should be less than or equal to ${max}`),
    )
    .default(fallback);

/** Empty is as good as absent. */
export const textOrNull = z
  .string()
  .transform((text) => (text === '' ? null : text))
  .default(null);

/** The last of several wins, as before. */
const lastValue = (value: unknown): unknown => (Array.isArray(value) ? value.at(-1) : value);

const typeOf = (code: string): ParameterFault['type'] => {
  if (code === 'too_small') return 'greater_than_equal';
  return code === 'too_big' ? 'less_than_equal' : 'int_parsing';
};

/** Parses a query string that Fastify has split. Names the schema does not know are ignored. */
export function parseQuery<T>(schema: z.ZodType<T>, query: unknown): ParsedQuery<T> {
  const given = new Map(Object.entries(query ?? {}).map(([name, value]) => [name, lastValue(value)]));
  const parsed = schema.safeParse(Object.fromEntries(given));
  if (parsed.success) return { kind: 'parsed', query: parsed.data };
  const faults = parsed.error.issues.map(({ code, path, message }): ParameterFault => {
    const name = String(path[0] ?? '');
    const input = given.get(name);
    return {
      type: typeOf(code),
      loc: ['query', name],
      msg: message,
      input: typeof input === 'string' ? input : null,
    };
  });
  return { kind: 'refused', faults };
}

export const refuse = (
  request: FastifyRequest,
  reply: FastifyReply,
  status: 400 | 422,
  detail: string | ParameterFault[],
): FastifyReply => reply.status(status).send({ detail, code: 'BAD_USER_INPUT', request_id: request.id });
