import { hash } from 'node:crypto';
import {
  execute,
  getVariableValues,
  GraphQLError,
  Kind,
  print,
  type DocumentNode,
  type ExecutionResult,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type OperationTypeNode,
} from 'graphql';
import { compileQuery, isCompiledQuery, type CompiledQuery } from 'graphql-jit';
import { createLru } from '../../../lru.ts';
import type { GraphqlContext } from '../context.ts';
import { documentLimits } from './limits.ts';
import { selectionOf, variablesOf, type Fragments, type Selected } from './selection.ts';
import { costOf, hasWeight, isVersioned, type Variables } from './weigh.ts';

/** One operation of a valid document, with all that is known before it is run. */
export interface Operation {
  kind: `${OperationTypeNode}`;
  name: string | null;
  /** Null where the variables are seen to be none that it takes: running it will say so in any case. */
  weigh(variables: Variables, now: Date): Weight | null;
  /** The first field it asks for: of a subscription the only one. */
  root: Selected | undefined;
  coerce(variables: Variables): Coerced;
  /** Each result is whole: nothing here is told in parts. */
  run(context: GraphqlContext, variables: Variables): Promise<ExecutionResult>;
}

export type Coerced =
  { kind: 'coerced'; variables: Variables } | { kind: 'wrong'; errors: readonly GraphQLError[] };

export interface Weight {
  /** See `costOf`. */
  cost: number;
  /** Of the operation with its variables, the same however either was written; null: depends on more than the version. */
  request: string | null;
}

const variableOptions = { maxErrors: documentLimits.errors };

interface Judged {
  cost: number;
  isKept: boolean;
}

const judgedCharacters = 20_000;

// Compiling takes some milliseconds: a document that is sent once is not worth them.
const compiledFromRun = 2;

/** graphql-jit makes its errors itself, and not all of what an error of graphql-js has. */
function asGraphQLError({ message, path, originalError, extensions, locations }: GraphQLError): GraphQLError {
  const made = new GraphQLError(message, { path, originalError, extensions });
  return Object.defineProperty(made, 'locations', { value: locations, enumerable: true });
}

const withErrors = (result: ExecutionResult): ExecutionResult =>
  result.errors ? { ...result, errors: result.errors.map(asGraphQLError) } : result;

function createRunner(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
  coerce: Operation['coerce'],
) {
  let runs = 0;
  let compiled: CompiledQuery | null = null;

  function compile(): void {
    const made = compileQuery(schema, document, operationName);
    if (isCompiledQuery(made)) compiled = made;
  }

  return async (contextValue: GraphqlContext, variables: Variables): Promise<ExecutionResult> => {
    runs += 1;
    if (runs === compiledFromRun) compile();
    if (compiled) {
      const result = await compiled.query(undefined, contextValue, { ...variables });
      // Nothing was run. graphql-jit leaves out the nodes, by which Apollo tells a wrong variable from a failure of ours.
      const taken = result.data === undefined ? coerce(variables) : null;
      return taken?.kind === 'wrong' ? { errors: taken.errors } : withErrors(result);
    }
    return execute({ schema, document, operationName, contextValue, variableValues: variables });
  };
}

/** `1e400` is a number in JSON, and infinite once it is parsed; written again it would be null. */
const withInfinity = (_key: string, value: unknown): unknown =>
  value === Infinity || value === -Infinity ? { [String(value)]: true } : value;

/** What was given for some variables, as a text. One that is left out has its default, which null has not. */
const given = (variables: Variables, names: readonly string[]): string =>
  JSON.stringify(
    names.map((name) => (Object.hasOwn(variables, name) ? [variables[name]] : [])),
    withInfinity,
  );

export function createOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  definition: OperationDefinitionNode,
): Operation {
  const fragments: Fragments = new Map(
    document.definitions
      .filter((each): each is FragmentDefinitionNode => each.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
  const definitions = definition.variableDefinitions ?? [];
  const names = definitions.map(({ variable }) => variable.name.value);
  const name = definition.name?.value ?? null;
  const selection = selectionOf(schema, definition, fragments);
  const kind: Operation['kind'] = definition.operation;
  const digest = hash('sha256', JSON.stringify([print(document), name]), 'base64url');

  function coerce(given: Variables): Coerced {
    const { coerced, errors } = getVariableValues(schema, definitions, { ...given }, variableOptions);
    return coerced ? { kind: 'coerced', variables: coerced } : { kind: 'wrong', errors: errors ?? [] };
  }

  const weighty = [...variablesOf(selection, hasWeight)];

  function judge(variables: Variables, now: Date): Judged | null {
    const taken = coerce(variables);
    if (taken.kind === 'wrong') return null;
    const isKept = kind === 'query' && isVersioned(selection, taken.variables, now);
    return { cost: costOf(selection, taken.variables), isKept };
  }

  /** By the variables that it depends on. Only of what is kept: the rest may depend on the clock. */
  const judged = createLru<Judged>(judgedCharacters, (key) => key.length + 100);

  function judgeOnce(variables: Variables, now: Date): Judged | null {
    const key = given(variables, weighty);
    const known = judged.get(key);
    if (known) return known;
    const made = judge(variables, now);
    if (made?.isKept) judged.set(key, made);
    return made;
  }

  return {
    kind,
    name,
    weigh(variables, now) {
      const known = judgeOnce(variables, now);
      // Only what it takes, in its own order, as it was given.
      return (
        known && {
          cost: known.cost,
          request: known.isKept ? `${digest} ${given(variables, names)}` : null,
        }
      );
    },
    root: selection[0],
    coerce,
    run: createRunner(schema, document, name ?? undefined, coerce),
  };
}
