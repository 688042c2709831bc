import {
  getNamedType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
  type GraphQLField,
  type GraphQLObjectType,
} from 'graphql';

type Field = GraphQLField<unknown, unknown>;

/** What a field is asked with, where it must be. */
export const argumentsOf: Readonly<Record<string, string>> = {
  coin: '(id: "coingecko.bitcoin")',
  source: '(name: "coingecko")',
  run: '(id: "usd")',
  node: '(id: "coingecko.bitcoin")',
  nodes: '(ids: ["coingecko.bitcoin", "run:usd", "source:coingecko"])',
};

/** A selection of everything that may be asked for, so deep. A new field is in it by itself. */
export function everythingOf(
  type: GraphQLObjectType,
  depth: number,
  isWanted: (field: Field) => boolean,
): string {
  const asked = Object.values(type.getFields()).flatMap((field: Field): string[] => {
    const named = getNamedType(field.type);
    const mustBeGiven = field.args.some(isRequiredArgument);
    if (!isWanted(field) || (mustBeGiven && !(field.name in argumentsOf))) return [];
    const given = mustBeGiven ? argumentsOf[field.name] : '';
    if (isInterfaceType(named))
      return [`${field.name}${given} { id ... on Coin { name priceUsd } ... on Source { name coins } }`];
    if (!isObjectType(named)) return [`${field.name}${given}`];
    return depth === 0
      ? []
      : [`${field.name}${given} { __typename ${everythingOf(named, depth - 1, isWanted)} }`];
  });
  return asked.join(' ');
}
