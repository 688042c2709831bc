import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { projectRoot } from '../../src/version.ts';
import { exampleQueries } from '../../web/graphiql/examples.ts';

const schemaFile = join(projectRoot, 'schema.graphql');

test('there are named operations to choose from', () => {
  const names = parse(exampleQueries).definitions.map((node) =>
    'name' in node ? node.name?.value : undefined,
  );
  expect(names).toEqual(['TopCoins', 'OneCoin', 'RunsAndHealth']);
});

test.skipIf(!existsSync(schemaFile))(
  'every example is valid against the schema (skipped without schema.graphql)',
  () => {
    const schema = buildSchema(readFileSync(schemaFile, 'utf8'));
    expect(validate(schema, parse(exampleQueries))).toEqual([]);
  },
);
