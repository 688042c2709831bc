import { lexicographicSortSchema, printSchema, type GraphQLSchema } from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import { CoinResolver } from './resolvers/coin.ts';
import { EventResolver } from './resolvers/event.ts';
import { NodeResolver } from './resolvers/node.ts';
import { OperationsResolver } from './resolvers/operations.ts';
import { QuoteResolver } from './resolvers/quote.ts';
import { RunResolver } from './resolvers/run.ts';
import { SnapshotResolver } from './resolvers/snapshot.ts';
import { SourceResolver } from './resolvers/source.ts';

/** The executable schema: types and resolvers as they stand in the code. */
export function buildCoinlogSchema(): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers: [
      CoinResolver,
      EventResolver,
      NodeResolver,
      OperationsResolver,
      QuoteResolver,
      RunResolver,
      SnapshotResolver,
      SourceResolver,
    ],
    validate: false,
  });
  const query = schema.getQueryType();
  if (query)
    query.description =
      'Everything that can be read. All of one answer belongs to one version of the read model.';
  return schema;
}

/** A schema as text, sorted, so that the same code gives the same text: what `schema.graphql` holds. */
export const printCoinlogSchema = (schema: GraphQLSchema): string =>
  `${printSchema(lexicographicSortSchema(schema))}\n`;
