import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { documentedErrors } from '../support/documented-errors.ts';
import { expectRebuildEqualsLive } from '../support/project.ts';
import { adminKey, createControlled, type Controlled } from './controlled.ts';
import { fillMarket } from './market.ts';
import { createTestApi, readAnswer, type TestApi } from './support.ts';

let database: TestDatabase;
let api: TestApi;
let controlled: Controlled;
beforeAll(async () => {
  database = await createTestDatabase();
  await fillMarket(database);
  api = await createTestApi(database);
  controlled = await createControlled(database);
});
afterAll(async () => {
  await api.close();
  await controlled.close();
  await expectRebuildEqualsLive(database);
  await database.close();
});

const documented = documentedErrors('Of GraphQL').map(({ code, status }) => `${code} ${status}`);

/** The code and the status of an answer, as docs/errors.md names them. */
async function told({ app }: TestApi, payload: object | string, headers: object = {}): Promise<string> {
  const accept = 'application/graphql-response+json';
  const answer = readAnswer(
    await app.inject({
      method: 'POST',
      url: '/graphql',
      headers: { accept, 'content-type': 'application/json', ...headers },
      payload,
    }),
  );
  return `${answer.errors[0]?.extensions.code} ${answer.status}`;
}

const pause = { query: 'mutation { pauseSource(input: { name: "csv", reason: "no" }) { source { id } } }' };
const hash = { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } };

describe('an error of GraphQL has the status that is documented', () => {
  it.each<[string, object | string, object?]>([
    ['GRAPHQL_PARSE_FAILED 400', { query: '{ coins' }],
    ['GRAPHQL_VALIDATION_FAILED 400', { query: '{ nothing }' }],
    ['BAD_USER_INPUT 400', { query: 'query ($id: ID!) { run(id: $id) { id } }' }],
    ['BAD_USER_INPUT 400', { query: 'subscription { runChanged { id } }' }],
    ['BAD_USER_INPUT 413', { query: '#'.repeat(300_000) }],
    ['BAD_USER_INPUT 415', 'query', { 'content-type': 'text/csv' }],
    ['BAD_USER_INPUT 200', { query: '{ coins(first: 1000) { totalCount } }' }],
    ['ADMIN_DISABLED 200', pause],
    [
      'COST_LIMIT_EXCEEDED 400',
      { query: '{ coins(first: 250) { nodes { a: history { start } b: history { start } } } }' },
    ],
    ['PERSISTED_QUERY_NOT_FOUND 200', { extensions: hash }],
  ])('%s', async (expected, payload, headers) => {
    expect(documented).toContain(expected);
    expect(await told(api, payload, headers)).toBe(expected);
  });

  it('UNAUTHENTICATED 200', async () => {
    const authorization = `Bearer not-${adminKey}`;
    expect(await told(controlled.api, pause, { authorization })).toBe('UNAUTHENTICATED 200');
  });

  it('PERSISTED_QUERY_NOT_FOUND 400', async () => {
    const settings = { trust: 'only' as const, manifest: new Map<string, string>(), suggestions: false };
    const trusting = await createTestApi(database, { settings });
    expect(await told(trusting, { query: '{ __typename }' })).toBe('PERSISTED_QUERY_NOT_FOUND 400');
    await trusting.close();
  });
});
