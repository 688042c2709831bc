import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { problemOf } from '../http/problem.ts';
import { faultTypes, type ParameterFault } from './shapes/problem.ts';

export type ParsedQuery<T> = { kind: 'parsed'; query: T } | { kind: 'refused'; faults: ParameterFault[] };

/** How a parameter is described to clients: its schema parses text, and says of itself what that text means. */
export interface ParameterMeta {
  description: string;
  /** JSON Schema of the value, default included. */
  value: Record<string, unknown>;
}

const parameter = <Schema extends z.ZodType>(
  schema: Schema,
  description: string,
  value: ParameterMeta['value'],
): Schema => schema.meta({ description, value });

/** A fault by its kind: what zod finds by itself is found to be one of these. */
const fault = (type: ParameterFault['type'], message: string) =>
  ({ code: 'custom', message, params: { type } }) as const;

/** A whole number of up to 15 digits, so that it and its products stay exact enough to compare. */
export const wholeNumber = (description: string, min: number, max: number, fallback: number) =>
  parameter(
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
      .default(fallback),
    description,
    { type: 'integer', minimum: min, ...(Number.isFinite(max) ? { maximum: max } : {}), default: fallback },
  );

/** Empty is as good as absent. `known`: the values it has, where they are refused by the route itself. */
export const textOrNull = (description: string, known?: readonly string[]) =>
  parameter(
    z
      .string()
      .transform((text) => (text === '' ? null : text))
      .default(null),
    description,
    { type: 'string', ...(known ? { examples: [...known] } : {}) },
  );

/** Must be given, and not empty. */
export const requiredText = (description: string) =>
  parameter(z.string('Field required').min(1, 'Field required'), description, {
    type: 'string',
    minLength: 1,
  });

/** One of a few words. */
export const oneOf = <const Word extends string>(
  description: string,
  words: readonly [Word, ...Word[]],
  fallback: Word,
) =>
  parameter(
    z
      .string()
      .default('')
      .transform((text, context): Word => {
        const found = text === '' ? fallback : words.find((word) => word === text);
        if (found === undefined)
          context.addIssue(fault('enum', `Input should be one of ${words.join(', ')}`));
        return found ?? fallback;
      }),
    description,
    { type: 'string', enum: [...words], default: fallback },
  );

export const flag = (description: string, fallback: boolean) =>
  parameter(
    z
      .string()
      .transform((text, context) => {
        if (text === '') return fallback;
        if (!/^(true|false|1|0)$/i.test(text))
          context.addIssue(fault('bool_parsing', 'Input should be a valid boolean'));
        return /^(true|1)$/i.test(text);
      })
      .default(fallback),
    description,
    { type: 'boolean', default: fallback },
  );

// What PostgreSQL and Date both hold, with room to add to.
const earliest = Date.UTC(0, 0, 1) - 1;
const latest = Date.UTC(9999, 11, 31);
const iso = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?$/i;

/** ISO 8601, in UTC where no zone is said, or seconds since 1970. Null for what is neither. */
export function parseTime(text: string): Date | null {
  const trimmed = text.trim();
  const zoned = /[T ]\d\d:\d\d(?::[\d.]+)?$/i.test(trimmed) ? `${trimmed}Z` : trimmed;
  const ms = /^\d{1,12}$/.test(trimmed)
    ? Number(trimmed) * 1_000
    : iso.test(trimmed)
      ? Date.parse(zoned)
      : NaN;
  return ms >= earliest && ms <= latest ? new Date(ms) : null;
}

export const timeOrNull = (description: string) =>
  parameter(
    z
      .string()
      .transform((text, context) => {
        if (text === '') return null;
        const time = parseTime(text);
        // A plus sign that was not escaped has become a space.
        if (time === null) context.addIssue(fault('datetime_parsing', 'Input should be a valid datetime'));
        return time;
      })
      .default(null),
    description,
    { type: 'string', format: 'date-time' },
  );

/** The last of several wins, as before. */
const lastValue = (value: unknown): unknown => (Array.isArray(value) ? value.at(-1) : value);

function typeOf(issue: z.core.$ZodIssue, given: unknown): ParameterFault['type'] {
  if (given === undefined || (issue.code === 'too_small' && issue.origin === 'string')) return 'missing';
  if (issue.code === 'too_small') return 'greater_than_equal';
  if (issue.code === 'too_big') return 'less_than_equal';
  const said: unknown = issue.code === 'custom' ? issue.params?.['type'] : undefined;
  return faultTypes.find((type) => type === said) ?? 'int_parsing';
}

/** Parses a query string that Fastify has split. Names the schema does not know are ignored. */
export function parseQuery<Query extends z.ZodObject>(
  schema: Query,
  query: unknown,
): ParsedQuery<z.output<Query>> {
  const given = new Map(Object.entries(query ?? {}).map(([name, value]) => [name, lastValue(value)]));
  const parsed = schema.safeParse(Object.fromEntries(given));
  if (parsed.success) return { kind: 'parsed', query: parsed.data };
  const faults = parsed.error.issues.map((issue): ParameterFault => {
    const name = String(issue.path[0] ?? '');
    const input = given.get(name);
    return {
      type: typeOf(issue, input),
      loc: ['query', name],
      msg: issue.message,
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
): FastifyReply => reply.status(status).send(problemOf(request, 'BAD_USER_INPUT', detail));
