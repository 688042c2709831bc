import { Kind, type FieldNode, type GraphQLResolveInfo, type SelectionSetNode } from 'graphql';

type Asked = Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>;

/** Fields by name that are asked for at the end of a path; `@skip` is not looked at, and fragments of any type count. */
function collect(
  sets: readonly (SelectionSetNode | undefined)[],
  path: readonly string[],
  fragments: Asked['fragments'],
): Set<string> {
  const found: FieldNode[] = [];
  const visit = (set: SelectionSetNode | undefined): void => {
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FIELD) found.push(selection);
      else if (selection.kind === Kind.INLINE_FRAGMENT) visit(selection.selectionSet);
      else visit(fragments[selection.name.value]?.selectionSet);
    }
  };
  for (const set of sets) visit(set);
  const [step, ...rest] = path;
  if (step === undefined) return new Set(found.map(({ name }) => name.value));
  const inner = found.filter(({ name }) => name.value === step).map(({ selectionSet }) => selectionSet);
  return collect(inner, rest, fragments);
}

/** Which fields of a connection's items are asked for. */
export function selectedOfItems({ fieldNodes, fragments }: Asked): ReadonlySet<string> {
  const sets = fieldNodes.map(({ selectionSet }) => selectionSet);
  return collect(sets, ['nodes'], fragments).union(collect(sets, ['edges', 'node'], fragments));
}

/** What follows from the fields of the items; once for an operation, which hands out the same nodes each time. */
export function createOfItems<T>(derive: (fields: ReadonlySet<string>) => T): (asked: Asked) => T {
  const known = new WeakMap<readonly FieldNode[], { value: T }>();
  return (asked) => {
    const found = known.get(asked.fieldNodes) ?? { value: derive(selectedOfItems(asked)) };
    known.set(asked.fieldNodes, found);
    return found.value;
  };
}
