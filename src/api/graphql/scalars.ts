import { GraphQLScalarType, Kind, type ValueNode } from 'graphql';

const notA = (what: string, value: unknown): TypeError =>
  new TypeError(`${what} cannot be ${JSON.stringify(value) ?? String(value)}.`);

// Date and time with a zone; seconds and their fraction may be left out.
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;

function parseInstant(value: unknown): Date {
  const time = new Date(typeof value === 'string' && instant.test(value) ? value : Number.NaN);
  if (Number.isNaN(time.getTime())) throw notA('DateTime, as 2026-11-20T10:00:00Z,', value);
  return time;
}

const stringOf = (node: ValueNode): unknown => (node.kind === Kind.STRING ? node.value : null);

export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description:
    'A moment in ISO 8601, in UTC, to the millisecond: `2026-11-20T10:00:00.000Z`. Another zone may be given.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time',
  serialize(value) {
    if (value instanceof Date) return value.toISOString();
    throw notA('DateTime', value);
  },
  parseValue: parseInstant,
  parseLiteral: (node) => parseInstant(stringOf(node)),
});

function safeInteger(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw notA('SafeInt', value);
}

export const SafeInt = new GraphQLScalarType<number, number>({
  name: 'SafeInt',
  description: 'A whole number whose magnitude is below 2^53, exact in every client.',
  serialize: safeInteger,
  parseValue: safeInteger,
  parseLiteral: (node) => safeInteger(node.kind === Kind.INT ? Number(node.value) : null),
});

const plainDecimal = /^-?\d+(?:\.\d+)?$/;

function decimal(value: unknown): string {
  if (typeof value === 'string' && plainDecimal.test(value)) return value;
  throw notA('Decimal', value);
}

export const Decimal = new GraphQLScalarType<string, string>({
  name: 'Decimal',
  description: 'An exact number as text, in plain notation without an exponent: `"0.00000001234"`.',
  serialize: decimal,
  parseValue: decimal,
  parseLiteral: (node) => decimal(stringOf(node)),
});

export const Json = new GraphQLScalarType<unknown, unknown>({
  name: 'JSON',
  description: 'Any JSON value, as it was received.',
});
