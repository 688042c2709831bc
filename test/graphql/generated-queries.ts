import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isInterfaceType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const scalars: Record<string, string[]> = {
  Int: ['0', '1', '3', '50', '250', '251', '-1', '2147483647', '99999999999'],
  Float: ['0', '1.5', '-1e308', '1e400', '7'],
  String: ['""', '"coingecko"', '"%"', '"\\u0000"', '"\\ud83d"', '"nothing"', '"Ωμέγα"'],
  ID: [
    '"coingecko.bitcoin"',
    '"run:usd"',
    '"event:csv.files:1"',
    '"bitcoin@1"',
    '"::"',
    '"source:csv"',
    '12',
  ],
  Boolean: ['true', 'false'],
  DateTime: ['"2026-11-20T10:00:00Z"', '"1970-01-01T00:00:00Z"', '"9999-12-31T23:59:59Z"', '"yesterday"'],
  SafeInt: ['0', '1', '9007199254740991', '-5'],
};

/** Makes operations from the schema: most are valid, some ask with odd values. */
export function createQueryMaker(schema: GraphQLSchema, random: () => number) {
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const chance = (share: number) => random() < share;

  function literal(type: GraphQLInputType): string {
    if (isNonNullType(type)) return literal(type.ofType);
    if (chance(0.03)) return pick(['null', '"x"', '[[[]]]', '{ a: 1 }', '$undefined', 'NOTHING']);
    if (isListType(type))
      return `[${Array.from({ length: Math.floor(random() * 4) }, () => literal(type.ofType)).join(', ')}]`;
    if (isEnumType(type)) return pick(type.getValues()).name;
    if (!isInputObjectType(type)) return pick(scalars[type.name] ?? ['"x"', '1']);
    const fields = Object.values(type.getFields()).filter(
      (field) => isNonNullType(field.type) || chance(0.3),
    );
    return `{ ${fields.map((field) => `${field.name}: ${literal(field.type)}`).join(', ')} }`;
  }

  function asked(field: GraphQLField<unknown, unknown>): string {
    const args = field.args.filter((arg) => isNonNullType(arg.type) || chance(0.35));
    return args.length === 0 ? '' : `(${args.map((arg) => `${arg.name}: ${literal(arg.type)}`).join(', ')})`;
  }

  function selection(type: GraphQLNamedType, depth: number): string {
    if (isInterfaceType(type)) {
      const possible = schema.getPossibleTypes(type);
      return `{ id ... on ${pick(possible).name} { __typename } }`;
    }
    if (!isObjectType(type)) return '';
    const fields = Object.values(type.getFields()).filter((field) => {
      const isObject = isObjectType(getNamedType(field.type)) || isInterfaceType(getNamedType(field.type));
      return isObject ? depth > 0 && chance(0.4) : chance(0.6);
    });
    const chosen = fields.map((field) => {
      const alias = chance(0.15) ? `${pick(['a', 'b', 'id', 'x1'])}: ` : '';
      const skipped = chance(0.05) ? ' @skip(if: false)' : '';
      return `${alias}${field.name}${asked(field)}${skipped} ${selection(getNamedType(field.type), depth - 1)}`;
    });
    return `{ __typename ${chosen.join(' ')} }`;
  }

  /** One that a client could have written, more or less. */
  function plausible(): string {
    const query = schema.getQueryType();
    const fields = Object.values(query?.getFields() ?? {});
    const chosen = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, place) => {
      const field = pick(fields);
      return `f${place}: ${field.name}${asked(field)} ${selection(getNamedType(field.type), 1 + Math.floor(random() * 4))}`;
    });
    return `{ ${chosen.join(' ')} }`;
  }

  const size = () => Math.floor(10 ** (1 + random() * 3.2));
  const times = (count: number, make: (place: number) => string) =>
    Array.from({ length: count }, (_, place) => make(place)).join(' ');

  const hostile: readonly (() => string)[] = [
    () => `{ ${'coins { nodes { quotes { event { run { '.repeat(size() / 10)}`,
    () => `${'{ a '.repeat(size())}${'}'.repeat(size())}`,
    () => `{ ${times(size(), (n) => `a${n}: coins { totalCount }`)} }`,
    () => `{ coins { nodes { ${times(size(), (n) => `a${n}: id`)} } } }`,
    () => `{ coins { nodes { ${times(size(), () => 'id')} } } }`,
    () =>
      `{ ...a } ${times(1 + size() / 20, (n) => `fragment ${n === 0 ? 'a' : `f${n}`} on Query { ...f${n + 1} ...a }`)}`,
    () =>
      `{ coins { nodes { ...f20 } } } fragment f0 on Coin { id } ${times(20, (n) => `fragment f${n + 1} on Coin { ...f${n} ...f${n} }`)}`,
    () => `{ coins(filter: { search: "${'x'.repeat(size() * 5)}" }) { totalCount } }`,
    () => `{ coins(filter: { ids: [${times(size(), (n) => `"${n}"`)}] }) { totalCount } }`,
    () => `{ coins(first: ${'9'.repeat(size())}) { totalCount } }`,
    () => `{ coins(filter: ${'{ ids: '.repeat(size())}`,
    () => `{ nodes(ids: [${times(size(), (n) => `"event:csv.files:${n}"`)}]) { id } }`,
    () =>
      `{ __schema { types { ${'fields { type { '.repeat(1 + random() * 6)} name ${'} } '.repeat(1 + random() * 6)} } } }`,
    () =>
      `{ ${times(1 + size() / 100, (n) => `s${n}: __schema { types { fields { args { type { name } } } } }`)} }`,
    () => `query (${times(size(), (n) => `$v${n}: Int`)}) { __typename }`,
    () => `{ __typename ${times(size(), () => '@include(if: true)')} }`,
    () => times(size(), (n) => `query q${n} { __typename }`),
    () => `{ coins { nodes { history(interval: M1, from: "2001-01-01T00:00:00Z") { start } } } }`,
    () =>
      `{ coins(first: 250) { nodes { quotes { rawRecord event { request { params } } } history { closeUsd } sparkline(points: 500) } } }`,
    () =>
      `mutation { ${times(1 + size() / 100, (n) => `m${n}: pauseSource(input: { name: "csv", reason: "x" }) { source { name } }`)} }`,
    () => `subscription { coinsChanged { version } runChanged { id } }`,
    () => String.fromCharCode(...Array.from({ length: 200 }, () => Math.floor(random() * 0xffff))),
    () => `{ coins(after: "${Buffer.from(String(random())).toString('base64')}") { nodes { id } } }`,
  ];

  const oddVariables: readonly (() => unknown)[] = [
    () => undefined,
    () => ({}),
    () => null,
    () => [],
    () => 'x',
    () => ({ n: { deep: JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`) } }),
    () => ({ n: 'x'.repeat(size()) }),
    () => ({ __proto__: { n: 1 }, constructor: 'x' }),
  ];

  return {
    plausible,
    hostile: () => pick(hostile)(),
    variables: () => pick(oddVariables)(),
    chance,
  };
}
