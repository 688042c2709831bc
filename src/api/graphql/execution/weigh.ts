import { getArgumentValues, getNamedType, getNullableType, isCompositeType, isListType } from 'graphql';
import { defaultPageSize } from '../../../read/graphql/page-request.ts';
import { rulesOf, type FieldArgs } from '../field-rules.ts';
import type { Selected } from './selection.ts';

export type Variables = Readonly<Record<string, unknown>>;

/** Null: they are not what the field takes, which its resolver is never asked for. */
function argumentsOf({ field, node }: Selected, variables: Variables): FieldArgs | null {
  try {
    return getArgumentValues(field, node, { ...variables });
  } catch {
    return null;
  }
}

const noArguments: FieldArgs = {};

/** Where nothing says how long a list is. */
const itemsAssumed = 10;
/** The schema is asked about in memory, and by tools that ask for all of it: it counts a tenth. */
const introspectionShare = 10;
const introspectionItems: Readonly<Record<string, number>> = {
  types: 100,
  fields: 10,
  args: 3,
  enumValues: 5,
};

const isConnection = ({ field }: Selected): boolean => field.args.some(({ name }) => name === 'first');

const pageSizeOf = ({ first, last }: FieldArgs): number => {
  const size = last ?? first ?? defaultPageSize;
  return typeof size === 'number' && size >= 0 ? size : defaultPageSize;
};

/** `page`: how many items the connection has whose field this is, or null. */
function itemsOf(selected: Selected, args: FieldArgs, page: number | null): number {
  const { field } = selected;
  if (!isListType(getNullableType(field.type))) return 1;
  if (page !== null && (field.name === 'nodes' || field.name === 'edges')) return page;
  return rulesOf(field).items?.(args) ?? itemsAssumed;
}

function costOfOne(selected: Selected, variables: Variables, page: number | null): number {
  const { field, children } = selected;
  if (field.name.startsWith('__')) return 1 + Math.ceil(costOfIntrospection(children) / introspectionShare);
  const isObject = isCompositeType(getNamedType(field.type));
  // Values without a rule of their own are with the object that they are of.
  if (!isObject && rulesOf(field).cost === undefined) return 0;
  const args = argumentsOf(selected, variables) ?? noArguments;
  const isList = isListType(getNullableType(field.type));
  const own = rulesOf(field).cost?.(args) ?? (isList ? 0 : 1);
  const inner = costOfSelection(children, variables, isConnection(selected) ? pageSizeOf(args) : null);
  return isObject && isList ? own + itemsOf(selected, args, page) * (1 + inner) : own + inner;
}

const costOfIntrospection = (selection: readonly Selected[]): number =>
  selection.reduce((total, { field, children }) => {
    if (children.length === 0) return total;
    const items = isListType(getNullableType(field.type)) ? (introspectionItems[field.name] ?? 5) : 1;
    return total + items * (1 + costOfIntrospection(children));
  }, 0);

function costOfSelection(selection: readonly Selected[], variables: Variables, page: number | null): number {
  return selection.reduce((total, selected) => total + costOfOne(selected, variables, page), 0);
}

/** Whether the arguments of a field say anything of the weight of what it is in. */
export function hasWeight(field: Selected['field']): boolean {
  // By name: type-graphql leaves words of its own in every field's extensions.
  const { cost, items, unversioned } = rulesOf(field);
  return (
    (cost ?? items ?? unversioned) !== undefined ||
    field.args.some(({ name }) => name === 'first' || name === 'last')
  );
}

/**
 * Pure: about how many objects an answer has at most, with some that take more counted for more. A list counts as often
 * as it has items, and lists within lists are multiplied. What `@skip` leaves out is counted.
 */
export const costOf = (selection: readonly Selected[], variables: Variables): number =>
  Math.max(1, Math.ceil(costOfSelection(selection, variables, null)));

/** Pure: whether an answer depends on nothing but the version of the read model. */
export const isVersioned = (selection: readonly Selected[], variables: Variables, now: Date): boolean =>
  selection.every((selected) => {
    const { unversioned } = rulesOf(selected.field);
    if (unversioned) {
      const args = argumentsOf(selected, variables);
      if (args === null || unversioned(args, now)) return false;
    }
    return isVersioned(selected.children, variables, now);
  });
