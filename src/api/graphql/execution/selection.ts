import {
  getNamedType,
  isCompositeType,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';

/** A field that is asked for, with what is asked of it; fragments are dissolved. */
export interface Selected {
  field: GraphQLField<unknown, unknown>;
  node: FieldNode;
  children: readonly Selected[];
}

export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

const fieldOf = (type: GraphQLNamedType, name: string) => {
  if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
  if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  return 'getFields' in type
    ? (type.getFields() as Record<string, GraphQLField<unknown, unknown>>)[name]
    : undefined;
};

/** The variables that stand in the arguments of those fields that meet a condition. */
export function variablesOf(
  selection: readonly Selected[],
  isWanted: (field: Selected['field']) => boolean,
): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (value: ValueNode): void => {
    if (value.kind === Kind.VARIABLE) found.add(value.name.value);
    else if (value.kind === Kind.LIST) value.values.forEach(visit);
    else if (value.kind === Kind.OBJECT) for (const field of value.fields) visit(field.value);
  };
  const walk = (selected: readonly Selected[]): void => {
    for (const { field, node, children } of selected) {
      if (isWanted(field)) for (const { value } of node.arguments ?? []) visit(value);
      walk(children);
    }
  };
  walk(selection);
  return found;
}

/** Everything that a valid operation asks for. `fragments` may hold no cycle, and dissolve to no more than is bearable. */
export function selectionOf(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: Fragments,
): readonly Selected[] {
  function expand(set: SelectionSetNode | undefined, type: GraphQLNamedType): Selected[] {
    return (set?.selections ?? []).flatMap((selection): Selected[] => {
      if (selection.kind === Kind.FIELD) {
        const field = fieldOf(type, selection.name.value);
        if (!field) return [];
        const named = getNamedType(field.type);
        const children = isCompositeType(named) ? expand(selection.selectionSet, named) : [];
        return [{ field, node: selection, children }];
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      const condition = fragment?.typeCondition?.name.value;
      const own = condition === undefined ? type : schema.getType(condition);
      return fragment && own ? expand(fragment.selectionSet, own) : [];
    });
  }
  const root = schema.getRootType(operation.operation);
  return root ? expand(operation.selectionSet, root) : [];
}
