import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/database/client.ts';
import { createReadSessions } from '../../src/read/session.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { expectRebuildEqualsLive } from '../support/project.ts';
import { fillMarket } from './market.ts';
import { createRecordingLogger, createTestApi, nothingKept, type TestApi } from './support.ts';

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

describe('a mistake of whoever asks', () => {
  it.each([
    ['a document that is none', '{ coins', 'GRAPHQL_PARSE_FAILED'],
    ['a field that is not there', '{ coins { nothing } }', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a time that is none',
      '{ runs(filter: { startedAfter: "now" }) { totalCount } }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['two operations without a name', 'query A { __typename } query B { __typename }', 'BAD_USER_INPUT'],
    ['a page that is too large', '{ coins(first: 1000) { totalCount } }', 'BAD_USER_INPUT'],
    [
      'a character that no text can have',
      String.raw`{ coins(filter: { search: "\u0000" }) { totalCount } }`,
      'BAD_USER_INPUT',
    ],
  ])('has its code, and the version all the same: %s', async (_what, query, code) => {
    const { errors, extensions } = await api.ask(query);
    expect(errors.map((error) => error.extensions)).toEqual([{ code }]);
    expect(extensions.readModelVersion).toBeGreaterThan(0);
  });

  it('in a variable is BAD_USER_INPUT and names the variable, also once the document is compiled', async () => {
    const query = 'query ($after: DateTime) { runs(filter: { startedAfter: $after }) { totalCount } }';
    for (let time = 1; time <= 3; time += 1) {
      const { errors, status } = await api.ask(query, { after: '2026-13-01' });
      expect(status).toBe(200);
      expect(errors).toMatchObject([
        { extensions: { code: 'BAD_USER_INPUT' }, message: expect.stringContaining('$after') },
      ]);
    }
  });

  it('in a variable that has no say in the cost is found too, after requests that were answered', async () => {
    const query =
      'query ($name: String!, $n: Int) { source(name: $name) { name } coins(first: $n) { totalCount } }';
    for (const name of ['coingecko', 'csv', 'none'])
      expect((await api.ask(query, { name, n: 1 })).errors).toEqual([]);
    const { errors } = await api.ask(query, { name: 5, n: 1 });
    expect(errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT' }, message: expect.stringContaining('$name') },
    ]);
  });

  it('is not one that PostgreSQL would have to tell: any id and any number has an answer', async () => {
    const { errors, data } = await api.ask(`{
      a: node(id: "event:x:999999999999999") { id } b: coin(id: "snapshot:'") { id }
      c: coins(filter: { minPriceUsd: 1e308, maxRank: 2147483647 }) { totalCount }
      d: events(stream: "'; drop", filter: { runId: "💥" }) { totalCount } }`);
    expect({ errors, data }).toEqual({
      errors: [],
      data: { a: null, b: null, c: { totalCount: 0 }, d: { totalCount: 0 } },
    });
  });

  it('that ends the transaction is the reason that every field of the request gives', async () => {
    const { errors } = await api.ask(
      '{ coin(id: "\\u0000") { id } source(name: "csv") { name } run(id: "usd") { id } }',
    );
    expect(new Set(errors.map(({ extensions }) => extensions.code))).toEqual(new Set(['BAD_USER_INPUT']));
  });
});

describe('a failure of ours', () => {
  it('is logged under the request id, and told without any detail', async () => {
    const { log, lines } = createRecordingLogger();
    const failing = new Error('password authentication failed for postgres://admin:hunter2@db');
    const broken = await createTestApi(database, {
      log,
      sessions: {
        open: () => Promise.reject(failing),
        openSteady: () => Promise.reject(failing),
        run: () => Promise.reject(failing),
      },
    });
    const answer = await broken.ask('{ coin(id: "dust") { id } }');
    expect(answer.errors).toMatchObject([
      {
        path: ['coin'],
        extensions: { code: 'INTERNAL_SERVER_ERROR' },
        message: expect.stringContaining('request id'),
      },
    ]);
    expect(JSON.stringify(answer)).not.toContain('hunter2');
    const line = lines.find((each) => each['msg'] === 'graphql: a field failed');
    expect(line).toMatchObject({
      requestId: answer.headers['x-request-id'],
      path: ['coin'],
      reason: failing.message,
    });
    await broken.close();
  });
});

describe('without a database', () => {
  it('answers are NOT_READY, and health says what is away', async () => {
    const sql = connect(
      { host: '127.0.0.1', port: 1, database: 'none', user: 'nobody' },
      { max: 1, name: 'test', role: null },
    );
    const away = await createTestApi(database, {
      sessions: createReadSessions(sql),
      cache: nothingKept(sql),
    });
    const { errors, extensions } = await away.ask('{ coins { totalCount } }');
    expect(errors).toMatchObject([{ extensions: { code: 'NOT_READY' } }]);
    expect(extensions.readModelVersion).toBeNull();
    const { data, errors: none } = await away.ask('{ health { status checks { name status } } }');
    expect(none).toEqual([]);
    expect(data).toEqual({
      health: { status: 'UNHEALTHY', checks: [{ name: 'database', status: 'UNHEALTHY' }] },
    });
    await away.close();
    await sql.end();
  });

  it('or without a read model, answers are NOT_READY, and health says which', async () => {
    const empty = await createTestDatabase();
    const early = await createTestApi(empty);
    const { errors } = await early.ask('{ coins { totalCount } }');
    expect(errors).toMatchObject([{ extensions: { code: 'NOT_READY' } }]);
    const { data } = await early.ask('{ health { status checks { name status } } }');
    const checks = [
      { name: 'database', status: 'HEALTHY' },
      { name: 'projector', status: 'UNHEALTHY' },
    ];
    expect(data).toEqual({ health: { status: 'UNHEALTHY', checks } });
    await early.close();
    await empty.close();
  });
});

describe('what no client should be able to do', () => {
  it('a search longer than any name is BAD_USER_INPUT before it reaches the database', async () => {
    const { errors } = await api.ask(`{ coins(filter: { search: "${'é'.repeat(501)}" }) { totalCount } }`);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('a mutation that is not there, or a subscription where there is none, is its own mistake, not ours', async () => {
    for (const operation of ['mutation { drop { id } }', 'subscription { x }']) {
      const { errors } = await api.ask(operation);
      expect(errors.map(({ extensions }) => extensions?.['code'])).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    }
  });
});
