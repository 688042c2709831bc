import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendRun } from '../support/events.ts';
import { projectAll } from '../support/project.ts';
import { createTestApi, type TestApi } from './support.ts';
let database: TestDatabase;
let api: TestApi;
beforeAll(async () => {
  database = await createTestDatabase();
  const page = JSON.stringify(
    Array.from({ length: 20 }, (_, i) => ({
      id: `c${i}`,
      symbol: `s${i % 3}`,
      name: `N${i}`,
      current_price: i % 4 ? i : null,
      market_cap: i,
      market_cap_rank: i + 1,
      last_updated: '2026-11-20T09:59:00.000Z',
    })),
  );
  await appendRun(database.sql, {
    stream: 'coingecko.markets',
    runId: 'r1',
    startedAt: new Date('2026-11-20T10:00:00Z'),
    params: { vs_currency: 'usd' },
    pages: [page],
  });
  await projectAll(database);
  api = await createTestApi(database);
});
afterAll(async () => {
  await api.close();
  await database.close();
});
it('x', async () => {
  const a =
    await api.ask(`{ coin(id: "c1") { id aliases name priceUsd staleAfter exact { priceUsd } consensus { method } quotes { source sourceInfo { name nextRunAt lastRun { id status durationMs } } event { id run { id } request { url params } } rawRecord usedInConsensus exclusionReason } }
   coins(first: 3, orderBy: {field: PRICE, direction: DESC}) { totalCount edges { cursor node { id priceUsd } } pageInfo { endCursor hasNextPage } }
   events { nodes { id type } totalCount } snapshots(first: 1) { nodes { id event { id } } } runs { nodes { id } } health { status checks { name status detail } } readModel { version events lagSeconds foldDigest rebuiltAt coins snapshots } sources { name coins } nodes(ids: ["run:r1", "x", "coingecko.c1", "source:csv", "event:coingecko.markets:1"]) { __typename id } }`);
  console.log(JSON.stringify(a, null, 1));
  const cursor = a.data.coins.pageInfo.endCursor;
  const b = await api.ask(
    `{ coins(first: 30, after: "${cursor}", orderBy: {field: PRICE, direction: DESC}) { nodes { id priceUsd } } }`,
  );
  console.log(JSON.stringify(b));
  expect(b.data.coins.nodes.length).toBe(17);
});
