import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { expectRebuildEqualsLive } from '../support/project.ts';
import { fillMarket } from './market.ts';
import { createTestApi, type TestApi } from './support.ts';

let database: TestDatabase;
let api: TestApi;
const server = { url: '' };
const audits = serverAudits({
  url: () => server.url,
  // A client that is no browser says so: see docs/graphql.md.
  fetchFn: (url: string, init: RequestInit = {}) =>
    fetch(url, {
      ...init,
      headers: { ...Object.fromEntries(new Headers(init.headers)), 'apollo-require-preflight': 'true' },
    }),
});

beforeAll(async () => {
  database = await createTestDatabase();
  await fillMarket(database);
  api = await createTestApi(database);
  await api.app.listen({ port: 0, host: '127.0.0.1' });
  const address = api.app.server.address();
  server.url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/graphql`;
});
afterAll(async () => {
  await api.close();
  await expectRebuildEqualsLive(database);
  await database.close();
});

it('there are 61 of them', () => {
  expect(audits).toHaveLength(61);
});

it.each(audits.map((audit) => [audit.id, audit.name, audit] as const))('%s %s', async (_id, _name, audit) => {
  const result = await audit.fn();
  if (result.status === 'ok') return;
  throw new Error(`${result.status}: ${result.reason}`);
});
