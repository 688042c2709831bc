import { request } from 'node:http';
import type { FastifyReply } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { expectRebuildEqualsLive } from '../support/project.ts';
import { waitFor } from '../support/wait-for.ts';
import { fillMarket } from './market.ts';
import { createTestApi, readAnswer, type TestApi } from './support.ts';

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

const preflight = { 'apollo-require-preflight': 'true' };

describe('GET', () => {
  it('answers a query with variables', async () => {
    const answer = await api.app.inject({
      url: '/graphql',
      headers: preflight,
      query: { query: 'query ($id: ID!) { coin(id: $id) { id } }', variables: '{"id":"dust"}' },
    });
    expect(readAnswer(answer).data).toEqual({ coin: { id: 'coingecko.dust' } });
  });

  it('is refused without the header that no plain link of another site can send', async () => {
    const answer = await api.app.inject({ url: '/graphql', query: { query: '{ __typename }' } });
    expect(answer.statusCode).toBe(400);
    expect(readAnswer(answer).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('shows the page to those who want it, and answers the others', async () => {
    const page = {
      wantsPage: (asked: { headers: Record<string, unknown> }) => asked.headers['accept'] === 'text/html',
      sendPage: (reply: FastifyReply) => reply.type('text/html').send('<p>page</p>'),
    };
    const paged = await createTestApi(database, { page });
    const shown = await paged.app.inject({ url: '/graphql', headers: { accept: 'text/html' } });
    expect(shown.body).toBe('<p>page</p>');
    const answer = await paged.app.inject({ url: '/graphql?query={__typename}', headers: preflight });
    expect(readAnswer(answer).data).toEqual({ __typename: 'Query' });
    await paged.close();
  });
});

describe('POST', () => {
  it('of the same text is answered alike, in the type that each client takes', async () => {
    const payload = JSON.stringify({
      query: 'query ($f: CoinFilter) { coins(filter: $f) { nodes { id } } }',
      variables: { f: { ids: ['dust', 'bitcoin'], minPriceUsd: 0 } },
    });
    const ask = (accept: string) =>
      api.app.inject({
        method: 'POST',
        url: '/graphql',
        headers: { 'content-type': 'application/json', accept },
        payload,
      });
    const types = ['application/json', 'application/graphql-response+json', 'application/json', '*/*'];
    const answers = [];
    for (const accept of types) answers.push(await ask(accept));
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(answers[0]?.body).toContain('"nodes":[{"id"');
    expect(answers.map(({ headers }) => String(headers['content-type']).split(';')[0])).toEqual([
      types[0],
      types[1],
      types[2],
      'application/json',
    ]);
  });

  it('whose text would change what every object is made of is refused, each time', async () => {
    const payload = '{ "query": "{ __typename }", "__proto__": { "variables": {} } }';
    const headers = { 'content-type': 'application/json' };
    for (let time = 0; time < 2; time += 1)
      expect((await api.app.inject({ method: 'POST', url: '/graphql', headers, payload })).statusCode).toBe(
        400,
      );
  });

  it.each([
    ['no JSON', 'application/json', '{"query":'],
    ['no body', 'application/json', ''],
    ['no query', 'application/json', '{}'],
    ['another type', 'text/csv', 'a,b'],
  ])('with %s is refused in the shape that clients read', async (_what, type, payload) => {
    const headers = { 'content-type': type, ...preflight };
    const answer = await api.app.inject({ method: 'POST', url: '/graphql', headers, payload });
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.statusCode).toBeLessThan(500);
    expect(readAnswer(answer).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('of a form, which any site can send, is refused', async () => {
    const headers = { 'content-type': 'text/plain' };
    const answer = await api.app.inject({
      method: 'POST',
      url: '/graphql',
      headers,
      payload: '{"query":"{__typename}"}',
    });
    expect(answer.statusCode).toBe(400);
  });

  it('asks the schema about itself', async () => {
    const { data } = await api.ask('{ __type(name: "Coin") { name } }');
    expect(data).toEqual({ __type: { name: 'Coin' } });
  });
});

/** Sends a query and goes away when the server has begun with it. */
async function askAndLeave(port: number, query: string, hasBegun: () => Promise<boolean>): Promise<void> {
  const asked = request({
    port,
    path: '/graphql',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  asked.on('error', () => undefined);
  asked.end(JSON.stringify({ query }));
  await waitFor('the query to begin', hasBegun);
  asked.destroy();
}

describe('a client that goes away', () => {
  it('leaves no snapshot open, also when its query still runs', async () => {
    await api.app.listen({ port: 0 });
    const address = api.app.server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const count = async (condition: string) => {
      const rows = await database.owner.unsafe(
        `select 1 from pg_stat_activity where datname = current_database() and application_name = 'test read' and ${condition}`,
      );
      return rows.length;
    };
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const { promise: locked, resolve: isLocked } = Promise.withResolvers<void>();
    const holding = database.owner.begin(async (tx) => {
      await tx`lock table read.coin in access exclusive mode`;
      isLocked();
      await held;
    });
    await locked;
    for (let client = 1; client <= 3; client += 1)
      await askAndLeave(
        port,
        // Each another question: those who ask the same wait for one answer.
        `{ coins(first: ${client}) { nodes { id } } }`,
        async () => (await count(`wait_event_type = 'Lock'`)) === client,
      );
    release();
    await holding;
    await waitFor('every snapshot to end', async () => (await count(`state <> 'idle'`)) === 0);
    expect((await api.ask('{ coins(first: 1) { nodes { id } } }')).errors).toEqual([]);
  });
});
