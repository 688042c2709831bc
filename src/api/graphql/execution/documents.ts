import { hash } from 'node:crypto';
import {
  GraphQLError,
  Kind,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';
import { createLru } from '../../../lru.ts';
import { documentLimits, refuseDocument } from './limits.ts';
import { createOperation, type Operation } from './operation.ts';
import type { TrustedDocuments } from './trusted.ts';

export type Prepared =
  | {
      kind: 'ready';
      text: string;
      document: DocumentNode;
      /** The one of that name, or the only one; null where there is none, or no telling which. */
      operation(name: string | null): Operation | null;
    }
  /** More than is allowed. */
  | { kind: 'refused'; error: GraphQLError }
  /** What graphql-js says of it. */
  | { kind: 'invalid'; errors: readonly GraphQLError[] };

export interface Documents {
  /** Parsed, limited and validated, the same text once; in the same way for HTTP and WebSocket. */
  prepare(text: string): Prepared;
  /**
   * By the SHA-256 of its text, in hexadecimal: what was prepared a little before. Of what is refused an empty question
   * in its place, which is looked at instead of it.
   */
  ready(digest: string): DocumentNode | undefined;
}

export interface DocumentsDeps {
  schema: GraphQLSchema;
  trusted: TrustedDocuments;
}

// Texts of what is kept. Parsed and compiled a document takes some twenty times as much.
const keptCharacters = 2_000_000;

// For the moment that it takes Apollo to ask for them again.
const refusedCharacters = 1_000_000;
const emptyQuestion = parse('{ __typename }');

/** By its digest a document weighs what its text does: by the digest's own length 7,500 of them took 100 MB. */
interface Digested {
  document: DocumentNode;
  characters: number;
}

export const digestOfText = (text: string): string => hash('sha256', text, 'hex');

function createReady(schema: GraphQLSchema, text: string, document: DocumentNode): Prepared {
  const operations = new Map<string, Operation>();
  const definitions = document.definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION);
  return {
    kind: 'ready',
    text,
    document,
    operation(name) {
      const [first, ...others] = definitions;
      const definition =
        name === null
          ? others.length === 0
            ? first
            : undefined
          : definitions.find((d) => d.name?.value === name);
      if (!definition) return null;
      const key = definition.name?.value ?? '';
      const known = operations.get(key) ?? createOperation(schema, document, definition);
      operations.set(key, known);
      return known;
    },
  };
}

const tooLong = (length: number): GraphQLError =>
  new GraphQLError(
    `The document has ${length} characters: at most ${documentLimits.characters} are allowed.`,
    { extensions: { code: 'GRAPHQL_VALIDATION_FAILED', http: { status: 400 } } },
  );

export function createDocuments({ schema, trusted }: DocumentsDeps): Documents {
  const kept = createLru<Prepared>(keptCharacters, (text) => text.length + 200);
  const refused = createLru<Prepared>(refusedCharacters, (text) => text.length + 500);
  const byDigest = createLru<Digested>(keptCharacters, (_digest, { characters }) => characters + 300);

  function make(text: string): Prepared {
    const untrusted = trusted.refuse(text);
    if (untrusted) return { kind: 'refused', error: untrusted };
    if (text.length > documentLimits.characters) return { kind: 'refused', error: tooLong(text.length) };
    let document: DocumentNode;
    try {
      document = parse(text, { maxTokens: documentLimits.tokens });
    } catch (error) {
      if (error instanceof GraphQLError) return { kind: 'invalid', errors: [error] };
      throw error;
    }
    const refused = refuseDocument(document);
    if (refused) return { kind: 'refused', error: refused };
    const errors = validate(schema, document, specifiedRules, { maxErrors: documentLimits.errors });
    return errors.length > 0 ? { kind: 'invalid', errors } : createReady(schema, text, document);
  }

  return {
    prepare(text) {
      const known = kept.get(text) ?? refused.get(text);
      if (known) return known;
      const made = make(text);
      // Apart, so that nothing that anybody sends drives out what is used. What is invalid is not kept.
      if (made.kind === 'refused') refused.set(text, made);
      if (made.kind === 'ready') kept.set(text, made);
      if (made.kind === 'ready')
        byDigest.set(digestOfText(text), { document: made.document, characters: text.length });
      if (made.kind === 'refused')
        byDigest.set(digestOfText(text), { document: emptyQuestion, characters: 0 });
      return made;
    },
    ready: (digest) => byDigest.get(digest)?.document,
  };
}
