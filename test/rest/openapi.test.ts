import { createConfig, lintFromString } from '@redocly/openapi-core';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { expectRebuildEqualsLive } from '../support/project.ts';
import { readDocument, type ApiDocument } from './documented.ts';
import { writeGoldenData } from './market-data.ts';
import { createRestApp } from './support.ts';

let database: TestDatabase;
let app: FastifyInstance;
let api: ApiDocument;
beforeAll(async () => {
  database = await createTestDatabase();
  await writeGoldenData(database);
  app = createRestApp(database);
  api = await readDocument(app);
});
afterAll(async () => {
  await expectRebuildEqualsLive(database);
  await database.close();
});

it('the document is valid OpenAPI 3.1, and a strict linter has nothing to say about it', async () => {
  const config = await createConfig({
    extends: ['recommended-strict'],
    rules: {
      // Whoever runs it decides where: an address of its own server is a relative one.
      'no-server-example.com': 'off',
      'info-license-strict': 'error',
      'operation-description': 'off',
      // Nothing here needs a key.
      'security-defined': 'error',
      'no-unused-components': 'error',
      // 2xx, and 4xx where a request can be wrong.
      'operation-4xx-response': 'off',
      'operation-operationId-unique': 'error',
      'parameter-description': 'error',
      'tag-description': 'error',
    },
  });
  const problems = await lintFromString({
    source: JSON.stringify(api),
    absoluteRef: '/openapi.json',
    config,
  });
  expect(
    problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`),
  ).toEqual([]);
});

it('no whole number is bounded by what a double holds, which pages would show as an example', () => {
  expect(JSON.stringify(api)).not.toMatch(/9007199254740991/);
});
