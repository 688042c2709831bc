import {
  GraphQLError,
  Kind,
  type DocumentNode,
  type FragmentDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** What a document may be at most, whatever it costs. Each is in docs/graphql.md. */
export const documentLimits = {
  /** Characters of its text. */
  characters: 100_000,
  /** Lexical tokens; GraphiQL's own question about the schema has some 250. */
  tokens: 4_000,
  /** Fields within each other; deep enough for anything that is here. */
  depth: 15,
  /** Fields under another name. */
  aliases: 100,
  /** Fields of the operation itself. */
  rootFields: 50,
  /** Fields in all, with each fragment counted where it is used: a few fragments can stand for millions. */
  fields: 5_000,
  /** Directives in all. */
  directives: 100,
  /** Operations, of which one is run. */
  operations: 20,
  /** Errors that are told of one document. */
  errors: 10,
} as const;

interface Counts {
  depth: number;
  fields: number;
  aliases: number;
  directives: number;
}

const none: Counts = { depth: 0, fields: 0, aliases: 0, directives: 0 };

const sum = (a: Counts, b: Counts): Counts => ({
  depth: Math.max(a.depth, b.depth),
  fields: a.fields + b.fields,
  aliases: a.aliases + b.aliases,
  directives: a.directives + b.directives,
});

/** Each fragment is counted once, however often it is used; one that leads back to itself counts as endless. */
function createCounter(fragments: ReadonlyMap<string, FragmentDefinitionNode>) {
  const counted = new Map<string, Counts | 'counting'>();

  function ofFragment(name: string): Counts {
    const known = counted.get(name);
    if (known === 'counting') return { ...none, fields: Infinity };
    if (known) return known;
    const fragment = fragments.get(name);
    if (!fragment) return none;
    counted.set(name, 'counting');
    const own = ofSet(fragment.selectionSet);
    counted.set(name, own);
    return own;
  }

  function ofSet(set: SelectionSetNode | undefined): Counts {
    let total = none;
    for (const selection of set?.selections ?? []) {
      const directives = selection.directives?.length ?? 0;
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        total = sum(total, { ...none, directives });
        total = sum(total, ofFragment(selection.name.value));
        continue;
      }
      const inner = ofSet(selection.selectionSet);
      const isField = selection.kind === Kind.FIELD;
      total = sum(total, {
        depth: inner.depth + (isField ? 1 : 0),
        fields: inner.fields + (isField ? 1 : 0),
        aliases: inner.aliases + (isField && selection.alias ? 1 : 0),
        directives: inner.directives + directives,
      });
    }
    return total;
  }

  return { ofSet };
}

const refusal = (what: string, count: number, limit: number): GraphQLError =>
  new GraphQLError(
    Number.isFinite(count)
      ? `The document has ${count} ${what}: at most ${limit} are allowed.`
      : `The document has fragments that lead back to themselves.`,
    { extensions: { code: 'GRAPHQL_VALIDATION_FAILED', http: { status: 400 } } },
  );

/** Pure, and quick for any document: what is too much of it, or null. Before it is validated, which is not as quick. */
export function refuseDocument({ definitions }: DocumentNode): GraphQLError | null {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const each of definitions)
    if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
  const counter = createCounter(fragments);
  const operations = definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION);
  if (operations.length > documentLimits.operations)
    return refusal('operations', operations.length, documentLimits.operations);
  // Fragments that no operation uses are validated as well.
  for (const each of [...operations, ...fragments.values()]) {
    const { depth, fields, aliases, directives } = counter.ofSet(each.selectionSet);
    if (fields > documentLimits.fields) return refusal('fields', fields, documentLimits.fields);
    if (depth > documentLimits.depth) return refusal('fields within each other', depth, documentLimits.depth);
    if (aliases > documentLimits.aliases) return refusal('aliases', aliases, documentLimits.aliases);
    const all = directives + (each.directives?.length ?? 0);
    if (all > documentLimits.directives) return refusal('directives', all, documentLimits.directives);
    const roots = each.kind === Kind.OPERATION_DEFINITION ? each.selectionSet.selections.length : 0;
    if (roots > documentLimits.rootFields)
      return refusal('fields at its root', roots, documentLimits.rootFields);
  }
  return null;
}
