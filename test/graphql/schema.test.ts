import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  Kind,
  parse,
  print,
  printType,
  type DefinitionNode,
  type FieldDefinitionNode,
  type GraphQLNamedType,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { buildCoinlogSchema, printCoinlogSchema } from '../../src/api/graphql/schema.ts';
import { projectRoot } from '../../src/version.ts';

const schema = buildCoinlogSchema();
const ownTypes = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);

interface Described {
  name: string;
  description?: string | null | undefined;
}

function partsOf(type: GraphQLNamedType): [string, Described][] {
  if (isEnumType(type)) return type.getValues().map((value) => [`${type.name}.${value.name}`, value]);
  if (isInputObjectType(type))
    return Object.values(type.getFields()).map((field) => [`${type.name}.${field.name}`, field]);
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).flatMap((field): [string, Described][] => [
    [`${type.name}.${field.name}`, field],
    ...field.args.map((arg): [string, Described] => [`${type.name}.${field.name}(${arg.name})`, arg]),
  ]);
}

describe('the schema', () => {
  it('is what schema.graphql says, so that every change of it is seen', () => {
    expect(readFileSync(join(projectRoot, 'schema.graphql'), 'utf8')).toBe(printCoinlogSchema(schema));
  });

  it('describes every type, field, argument and value', () => {
    const parts = ownTypes.flatMap((type): [string, Described][] => [[type.name, type], ...partsOf(type)]);
    const bare = parts.filter(([, part]) => !part.description?.trim()).map(([name]) => name);
    expect(bare).toEqual([]);
  });

  it('is the same however often it is built', () => {
    expect(printCoinlogSchema(buildCoinlogSchema())).toBe(printCoinlogSchema(schema));
  });
});

/** Each part of a definition with its type, as `Coin.rank` to `Int`. */
function signaturesOf(definition: DefinitionNode): [string, string][] {
  if (!('name' in definition) || definition.name === undefined) return [];
  const owner = definition.name.value;
  if (definition.kind === Kind.ENUM_TYPE_DEFINITION)
    return (definition.values ?? []).map((value) => [`${owner}.${value.name.value}`, '']);
  if (!('fields' in definition)) return [];
  return (definition.fields ?? []).flatMap((field): [string, string][] => {
    const path = `${owner}.${field.name.value}`;
    if (field.kind === Kind.INPUT_VALUE_DEFINITION) return [[path, withDefault(field)]];
    const args = field.arguments ?? [];
    return [
      [path, print(field.type)],
      ...args.map((arg): [string, string] => [`${path}(${arg.name.value})`, withDefault(arg)]),
    ];
  });
}

const withDefault = (input: { type: FieldDefinitionNode['type']; defaultValue?: unknown }): string =>
  `${print(input.type)}${input.defaultValue ? ` = ${print(input.defaultValue as Parameters<typeof print>[0])}` : ''}`;

const agreedFile = join(import.meta.dirname, '..', '..', '..', 'shared', 'schema.graphql');
if (!existsSync(agreedFile))
  process.stderr.write('skipped: the agreed schema is not here (../shared/schema.graphql)\n');

describe.skipIf(!existsSync(agreedFile))('the agreed schema', () => {
  const agreed = existsSync(agreedFile) ? parse(readFileSync(agreedFile, 'utf8')).definitions : [];
  const ours = new Map(ownTypes.flatMap((type) => parse(printType(type)).definitions.flatMap(signaturesOf)));
  const nameOf = (definition: DefinitionNode): string =>
    'name' in definition ? (definition.name?.value ?? '') : '';

  it('is here with all of its types', () => {
    expect(agreed.map(nameOf).filter((name) => schema.getType(name) === undefined)).toEqual([]);
  });

  it('is here with the same fields, arguments and values, of the same types', () => {
    const wanted = agreed.flatMap(signaturesOf);
    expect(Object.fromEntries(wanted.map(([path]) => [path, ours.get(path)]))).toEqual(
      Object.fromEntries(wanted),
    );
  });
});
