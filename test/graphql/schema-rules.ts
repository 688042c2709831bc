import { configs, parser, rules as implementations } from '@graphql-eslint/eslint-plugin';
import type { ESLint, Linter } from 'eslint';

/** Types whose objects nobody could ask for by an id. */
export const typesWithoutId = {
  suffixes: [
    // A page and its items: what they are of has ids.
    'Connection',
    'Edge',
    // What a mutation came to: what it changed has an id.
    'Payload',
  ],
  types: [
    // Parts of a coin; a quote is told by its coin, source and currency.
    'Candle',
    'Consensus',
    'ExactValues',
    'IdentityLink',
    'Quote',
    // Parts of an event, a run, a rejected record and a source.
    'Budget',
    'EventRequest',
    'RecordIssue',
    'RunError',
    // What is worked out of runs when it is asked for: the runs have ids.
    'Performance',
    'PerformanceBucket',
    'PriceMove',
    'RunComparison',
    'SourcePerformance',
    // One message of a subscription, told by its version.
    'CoinsChanged',
    // One each, as things are now.
    'Health',
    'HealthCheck',
    'Market',
    'RateLimit',
    'ReadModel',
    // A source that began no run: there is nothing to ask for again.
    'IngestNotStarted',
    // Relay's own.
    'PageInfo',
  ],
};

/** Rules that hold in part, or not at all, each with the reason. */
export const exceptions: Linter.RulesRecord = {
  '@graphql-eslint/strict-id-in-types': ['error', { exceptions: typesWithoutId }],
  // `nodes` beside `edges` spares a client a level, and what is not paged is a plain list.
  '@graphql-eslint/relay-edge-types': ['error', { listTypeCanWrapOnlyEdgeType: false }],
  // It is for schemas that only read. This one has both, and a test for everything in them.
  '@graphql-eslint/no-root-type': 'off',
  // Lists, the health and results of mutations are always there or an error; a client would have to check for a null
  // that never means anything. What may be missing (`coin`, `run`, `node`) is nullable, and null means "not found".
  '@graphql-eslint/require-nullable-result-in-root': 'off',
  // A mutation answers with what it has changed. Whoever wants more asks a query after it: that one belongs to one
  // version of the read model, as every answer does, and this one could not.
  '@graphql-eslint/require-field-of-type-query-in-mutation-result': 'off',
  // graphql-js sorts the file, with 7 before 24; this rule sorts by letters, and ids first.
  '@graphql-eslint/alphabetize': 'off',
};

/** All rules that graphql-eslint has for schemas, and Relay's. */
export const everyRule: Linter.RulesRecord = {
  ...configs['flat/schema-all'].rules,
  ...configs['flat/schema-relay'].rules,
};

// Its types are those of an ESLint before 10.
const plugin = { rules: implementations } as unknown as ESLint.Plugin;

/** How ESLint reads schemas, with these rules. */
export const configOf = (rules: Linter.RulesRecord): Linter.Config => ({
  files: ['**/*.graphql'],
  languageOptions: {
    parser,
    parserOptions: { graphQLConfig: { schema: 'schema.graphql' } },
  },
  plugins: { '@graphql-eslint': plugin },
  rules,
});
