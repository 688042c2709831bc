import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { expectRebuildEqualsLive } from '../support/project.ts';
import { fillMarket } from './market.ts';
import { createTestApi, type TestApi } from './support.ts';

let database: TestDatabase;
let api: TestApi;
beforeAll(async () => {
  database = await createTestDatabase();
  await fillMarket(database);
  api = await createTestApi(database);
});
afterAll(async () => {
  await api.close();
  await expectRebuildEqualsLive(database);
  await database.close();
});

describe('node', () => {
  it.each([
    ['Coin', '{ found: coins(first: 1) { nodes { id } } }'],
    ['Snapshot', '{ found: snapshots(first: 1) { nodes { id } } }'],
    ['Run', '{ found: runs(first: 1) { nodes { id } } }'],
    ['Event', '{ found: events(first: 1) { nodes { id } } }'],
  ])('finds a %s again by the id that a list gives it', async (type, query) => {
    const { data } = await api.ask<{ found: { nodes: { id: string }[] } }>(query);
    const id = data.found.nodes[0]?.id;
    const again = await api.ask('query ($id: ID!) { node(id: $id) { __typename id } }', { id });
    expect(again.data).toEqual({ node: { __typename: type, id } });
  });

  it('finds a source again by its id', async () => {
    const { data } = await api.ask('{ node(id: "source:csv") { __typename id ... on Source { name } } }');
    expect(data).toEqual({ node: { __typename: 'Source', id: 'source:csv', name: 'csv' } });
  });

  it.each([
    'nothing',
    'coingecko:bitcoin',
    'run:nothing',
    'event:coingecko.markets:999',
    'event:nothing:1',
    'snapshot:00000000-0000-5000-8000-000000000000',
    'snapshot:nothing',
    'source:nothing',
    'drift:1',
    '',
  ])('is null where there is nothing of that id: %j', async (id) => {
    const { data, errors } = await api.ask('query ($id: ID!) { node(id: $id) { id } }', { id });
    expect({ data, errors }).toEqual({ data: { node: null }, errors: [] });
  });
});

describe('nodes', () => {
  it('keeps the order of the ids, with null for each that is not there', async () => {
    const ids = ['run:usd', 'nothing', 'coingecko.bitcoin', 'event:csv.files:1', 'run:usd'];
    const { data } = await api.ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids });
    expect(data).toEqual({ nodes: ids.map((id) => (id === 'nothing' ? null : { id })) });
  });

  it('refuses more than 250 ids at once', async () => {
    const { errors } = await api.ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {
      ids: Array.from({ length: 251 }, (_, place) => `run:${place}`),
    });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});
