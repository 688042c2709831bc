import {
  findBreakingChanges,
  findDangerousChanges,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  print,
  astFromValue,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLSchema,
} from 'graphql';

interface Input {
  isRequired: boolean;
  /** As SDL writes it; empty for none. */
  defaultValue: string;
}

const defaultOf = ({ defaultValue, type }: GraphQLArgument | GraphQLInputField): string => {
  const node = defaultValue === undefined ? null : astFromValue(defaultValue, type);
  return node ? print(node) : '';
};

/** Everything that a client may send, by its place: `Coin.sparkline(hours:)`, `CoinOrder.direction`. */
function inputsOf(schema: GraphQLSchema): Map<string, Input> {
  const inputs = new Map<string, Input>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (isInputObjectType(type))
      for (const field of Object.values(type.getFields()))
        inputs.set(`${type.name}.${field.name}`, {
          isRequired: isRequiredInputField(field),
          defaultValue: defaultOf(field),
        });
    if (isObjectType(type) || isInterfaceType(type))
      for (const field of Object.values(type.getFields()))
        for (const arg of field.args)
          inputs.set(`${type.name}.${field.name}(${arg.name}:)`, {
            isRequired: isRequiredArgument(arg),
            defaultValue: defaultOf(arg),
          });
  }
  return inputs;
}

/** Inputs that both have, where something is not as it was. */
function changedInputs(
  before: GraphQLSchema,
  after: GraphQLSchema,
  isChanged: (was: Input, is: Input) => boolean,
): string[] {
  const old = inputsOf(before);
  return [...inputsOf(after)]
    .filter(([place, is]) => {
      const was = old.get(place);
      return was !== undefined && isChanged(was, is);
    })
    .map(([place]) => place);
}

/** What a client of the schema before may not be able to do any more. */
export function breakingChanges(before: GraphQLSchema, after: GraphQLSchema): string[] {
  // graphql-js does not mind a default that is gone from what must be given.
  const required = changedInputs(before, after, (was, is) => is.isRequired && !was.isRequired);
  return [
    ...findBreakingChanges(before, after).map(({ description }) => description),
    ...required.map((place) => `${place} must be given now.`),
  ];
}

/** What a client of the schema before may be surprised by, such as a new value of an enum. */
export function dangerousChanges(before: GraphQLSchema, after: GraphQLSchema): string[] {
  // graphql-js tells of arguments; an input field's default means as much.
  const defaults = changedInputs(before, after, (was, is) => is.defaultValue !== was.defaultValue);
  const ofFields = defaults.filter((place) => !place.includes('('));
  return [
    ...findDangerousChanges(before, after).map(({ description }) => description),
    ...ofFields.map((place) => `${place} has another default.`),
  ];
}
