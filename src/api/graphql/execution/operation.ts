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
import type { GraphqlContext } from '../context.ts';
import { documentLimits } from './limits.ts';
import { selectionOf, type Fragments, type Selected } from './selection.ts';
import { costOf, isVersioned, type Variables } from './weigh.ts';

/** One operation of a valid document, with all that is known before it is run. */
export interface Operation {
  kind: `${OperationTypeNode}`;
  name: string | null;
  /** Null where the variables are none that it takes: running it will say so. */
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

// Compiling takes some milliseconds: a document that is sent once is not worth them.
const compiledFromRun = 2;

/** graphql-jit makes its errors itself, and not all of what an error of graphql-js has. */
function asGraphQLError({ message, path, originalError, extensions, locations }: GraphQLError): GraphQLError {
  const made = new GraphQLError(message, { path, originalError, extensions });
  return Object.defineProperty(made, 'locations', { value: locations, enumerable: true });
}

const withErrors = (result: ExecutionResult): ExecutionResult =>
  result.errors ? { ...result, errors: result.errors.map(asGraphQLError) } : result;

function createRunner(schema: GraphQLSchema, document: DocumentNode, operationName: string | undefined) {
  let runs = 0;
  let compiled: CompiledQuery | null = null;

  function compile(): void {
    const made = compileQuery(schema, document, operationName);
    if (isCompiledQuery(made)) compiled = made;
  }

  return async (contextValue: GraphqlContext, variables: Variables): Promise<ExecutionResult> => {
    runs += 1;
    if (runs === compiledFromRun) compile();
    if (compiled) return withErrors(await compiled.query(undefined, contextValue, { ...variables }));
    return execute({ schema, document, operationName, contextValue, variableValues: variables });
  };
}

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
  const name = definition.name?.value ?? null;
  const selection = selectionOf(schema, definition, fragments);
  const kind: Operation['kind'] = definition.operation;
  const digest = hash('sha256', JSON.stringify([print(document), name]), 'base64url');

  function coerce(given: Variables): Coerced {
    const { coerced, errors } = getVariableValues(schema, definitions, { ...given }, variableOptions);
    return coerced ? { kind: 'coerced', variables: coerced } : { kind: 'wrong', errors: errors ?? [] };
  }

  function weigh(variables: Variables, now: Date): Weight | null {
    const taken = coerce(variables);
    if (taken.kind === 'wrong') return null;
    const coerced = taken.variables;
    const kept = kind === 'query' && isVersioned(selection, coerced, now);
    // Only what it takes, in its own order, as it was given.
    const given = definitions.map(({ variable }) => variables[variable.name.value]);
    return {
      cost: costOf(selection, coerced),
      request: kept ? `${digest} ${JSON.stringify(given)}` : null,
    };
  }

  /** Without variables only the clock can change its weight, and that only where there is a rule. */
  let constant: Weight | null = null;
  const hasVariables = definitions.length > 0;

  return {
    kind,
    name,
    weigh(variables, now) {
      if (constant) return constant;
      const weight = weigh(variables, now);
      if (!hasVariables && weight?.request) constant = weight;
      return weight;
    },
    root: selection[0],
    coerce,
    run: createRunner(schema, document, name ?? undefined),
  };
}
