import { hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTrustedDocuments } from '../../src/api/graphql/execution/trusted.ts';
import { documentLimits } from '../../src/api/graphql/execution/limits.ts';
import { createRateLimit } from '../../src/api/http/rate-limit.ts';
import { createHttpServer } from '../../src/api/http/server.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { connect } from '../../src/database/client.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { expectRebuildEqualsLive } from '../support/project.ts';
import { fillMarket } from './market.ts';
import { createRecordingLogger, createTestApi, readAnswer, type TestApi } from './support.ts';

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

const times = (count: number, make: (place: number) => string) =>
  Array.from({ length: count }, (_, place) => make(place)).join(' ');
/** Fragments, each of which uses the one before twice: 2^n fields in a few lines. */
const doubling = (levels: number) =>
  `{ coins { nodes { ...f${levels} } } } fragment f0 on Coin { id } ${times(levels, (n) => `fragment f${n + 1} on Coin { ...f${n} ...f${n} }`)}`;

describe('a document is refused before it is run', () => {
  it.each([
    [
      'with more tokens than allowed',
      `{ ${times(documentLimits.tokens, () => 'a')} }`,
      'GRAPHQL_PARSE_FAILED',
    ],
    [
      'longer than allowed',
      `{ __typename } # ${'x'.repeat(documentLimits.characters)}`,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'deeper than allowed',
      `${'{ a '.repeat(documentLimits.depth + 1)}${'}'.repeat(documentLimits.depth + 1)}`,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'with more aliases than allowed',
      `{ coins { nodes { ${times(documentLimits.aliases + 1, (n) => `a${n}: id`)} } } }`,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'with more fields at its root than allowed',
      `{ ${times(documentLimits.rootFields + 1, () => '__typename')} }`,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['with fragments that stand for millions of fields', doubling(22), 'GRAPHQL_VALIDATION_FAILED'],
    [
      'with fragments that lead back to themselves',
      '{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'with more directives than allowed',
      `{ __typename ${times(documentLimits.directives + 1, () => '@skip(if: false)')} }`,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'with more operations than allowed',
      times(documentLimits.operations + 1, (n) => `query q${n} { __typename }`),
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'that asks the schema in circles',
      '{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
  ])('%s', async (_what, query, code) => {
    const { status, errors, extensions } = await api.ask(query);
    expect(errors[0]?.extensions.code).toBe(code);
    expect(errors.length).toBeLessThanOrEqual(documentLimits.errors + 1);
    expect(status).toBe(200);
    expect(extensions.readModelVersion).toBeGreaterThan(0);
  });

  it('with a status of 400 for those who take graphql-response+json', async () => {
    const { status } = await api.ask(doubling(22), {}, { accept: 'application/graphql-response+json' });
    expect(status).toBe(400);
  });

  it('with ten errors at most, however many there are', async () => {
    const { errors } = await api.ask(`{ ${times(40, (n) => `x${n}`)} }`);
    expect(errors.length).toBeLessThanOrEqual(documentLimits.errors + 1);
  });

  it('of more bytes than allowed', async () => {
    const { status, errors } = await api.ask('{ __typename }', { x: 'x'.repeat(300_000) });
    expect([status, errors[0]?.extensions.code]).toEqual([413, 'BAD_USER_INPUT']);
  });

  it('that is a subscription over HTTP', async () => {
    const { errors } = await api.ask('subscription { runChanged { id } }');
    expect(errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT' }, message: expect.stringContaining('WebSocket') },
    ]);
  });
});

describe('a statement', () => {
  it('that takes the database too long is cancelled, and is COST_LIMIT_EXCEEDED', async () => {
    const readSql = connect(database.app, { max: 2, name: 'test read', role: 'coinlog_app', readOnly: true });
    expect(await readSql`show statement_timeout`).toEqual([{ statementTimeout: '10s' }]);
    await readSql.end();
    // The same limit, sooner; on the one connection there is.
    const hasty = connect(database.app, { max: 1, name: 'test read', role: 'coinlog_app', readOnly: true });
    await hasty`set statement_timeout = 200`;
    const slow = await createTestApi({ readSql: hasty });
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const { promise: locked, resolve: isLocked } = Promise.withResolvers<void>();
    const holding = database.owner.begin(async (tx) => {
      await tx`lock table read.coin in access exclusive mode`;
      isLocked();
      await held;
    });
    await locked;
    const { errors } = await slow.ask('{ coins { nodes { id } } }');
    release();
    await holding;
    expect(errors).toMatchObject([{ extensions: { code: 'COST_LIMIT_EXCEEDED' } }]);
    await slow.close();
    await hasty.end();
  });
});

describe('the cost of an operation', () => {
  const costOf = async (query: string, variables: object = {}) => {
    const { extensions } = await api.ask(query, variables);
    return (extensions as { cost?: { requested: number; limit: number } }).cost;
  };

  it('is told with every answer, and multiplied by the length of lists within lists', async () => {
    expect(await costOf('{ __typename }')).toEqual({ requested: 1, limit: 10_000 });
    expect(await costOf('{ coins(first: 10) { nodes { id } } }')).toMatchObject({ requested: 11 });
    expect(await costOf('{ coins(last: 20) { edges { node { id symbol } } } }')).toMatchObject({
      requested: 41,
    });
    const one = (await costOf('{ coins(first: 1) { nodes { quotes { price } } } }'))?.requested ?? 0;
    const ten = (await costOf('{ coins(first: 10) { nodes { quotes { price } } } }'))?.requested ?? 0;
    expect(ten).toBeGreaterThan(9 * (one - 1));
  });

  it('follows the variables, with their defaults', async () => {
    const query = 'query ($n: Int = 30) { coins(first: $n) { nodes { id } } }';
    expect(await costOf(query)).toMatchObject({ requested: 31 });
    expect(await costOf(query, { n: 3 })).toMatchObject({ requested: 4 });
  });

  it('is told by rateLimit too', async () => {
    const { data } = await api.ask<{ rateLimit: object }>(
      '{ rateLimit { limit cost remaining resetAt } coins(first: 5) { nodes { id } } }',
    );
    expect(data.rateLimit).toMatchObject({ limit: 2 ** 31 - 1, cost: 7 });
  });

  it('above the limit is COST_LIMIT_EXCEEDED, and nothing is read', async () => {
    const { data, errors } = await api.ask(
      '{ coins(first: 250) { nodes { links { event { run { error { code } } } } quotes { event { run { error { code } } } sourceInfo { lastRun { error { code } } } } } } }',
    );
    expect(data).toBeUndefined();
    expect(errors).toMatchObject([{ extensions: { code: 'COST_LIMIT_EXCEEDED' } }]);
  });

  it('of what tools ask about the schema is within it, and of several such questions at once is not', async () => {
    const { getIntrospectionQuery } = await import('graphql');
    const all = getIntrospectionQuery();
    expect((await api.ask(all)).errors).toEqual([]);
    const body = all.slice(all.indexOf('__schema'), all.indexOf('fragment FullType')).replace(/}\s*$/, '');
    const thrice = `{ a: ${body} b: ${body} c: ${body} } ${all.slice(all.indexOf('fragment FullType'))}`;
    expect((await api.ask(thrice)).errors).toMatchObject([{ extensions: { code: 'COST_LIMIT_EXCEEDED' } }]);
  });
});

describe('persisted documents', () => {
  const query = '{ coins(first: 2) { nodes { id } } }';
  const sha256Hash = hash('sha256', query, 'hex');
  const extensions = JSON.stringify({ persistedQuery: { version: 1, sha256Hash } });
  const preflight = { 'apollo-require-preflight': 'true' };

  it('are asked for by their hash alone once they were sent, by GET, with an ETag that a proxy can use', async () => {
    const unknown = await api.app.inject({ url: '/graphql', query: { extensions }, headers: preflight });
    expect(readAnswer(unknown).errors).toMatchObject([{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }]);
    await api.app.inject({ url: '/graphql', query: { query, extensions }, headers: preflight });
    const known = await api.app.inject({ url: '/graphql', query: { extensions }, headers: preflight });
    expect(readAnswer<{ coins: { nodes: unknown[] } }>(known).data.coins.nodes).toHaveLength(2);
    const again = await api.app.inject({
      url: '/graphql',
      query: { extensions },
      headers: { ...preflight, 'if-none-match': String(known.headers['etag']) },
    });
    expect(again.statusCode).toBe(304);
  });

  it('are not registered under another hash', async () => {
    const other = '{ coins(first: 3) { nodes { id } } }';
    const answer = await api.app.inject({
      method: 'POST',
      url: '/graphql',
      payload: { query: other, extensions: JSON.parse(extensions) },
    });
    expect(readAnswer(answer).errors).toHaveLength(1);
  });

  const manifest = new Map([['one', query]]);
  const byId = (id: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: id } } });

  it('of the manifest are the only ones that are run with TRUSTED_DOCUMENTS=only, by text and by id', async () => {
    const only = await createTestApi(database, { settings: { trust: 'only', manifest, suggestions: false } });
    expect((await only.ask(query)).errors).toEqual([]);
    const listed = await only.app.inject({ method: 'POST', url: '/graphql', payload: byId('one') });
    expect(readAnswer(listed).errors).toEqual([]);
    for (const text of ['{ __typename }', '{ __schema { types { name } } }', `${query} `]) {
      const { data, errors } = await only.ask(text);
      expect(data).toBeUndefined();
      expect(errors).toMatchObject([{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }]);
    }
    await only.close();
  });

  it('that are not in the manifest are run and logged with TRUSTED_DOCUMENTS=log', () => {
    const { log, lines } = createRecordingLogger();
    log.level = 'warn';
    const trusted = createTrustedDocuments('log', manifest, log);
    expect([trusted.refuse(query), trusted.refuse('{ x }')]).toEqual([null, null]);
    expect(lines).toMatchObject([{ document: '{ x }' }]);
  });
});

describe('a wrong name', () => {
  it('is answered with names that are right for developers only', async () => {
    const hidden = await createTestApi(database, {
      settings: { trust: 'off', manifest: new Map(), suggestions: false },
    });
    const messageOf = async (asked: TestApi) => (await asked.ask('{ coinz { id } }')).errors[0]?.message;
    expect(await messageOf(api)).toContain('Did you mean');
    expect(await messageOf(hidden)).not.toContain('Did you mean');
    await hidden.close();
  });
});

/** A server as `serve` makes it, with a route that says nothing. */
function createTestServer(perMinute: number | null, trustProxy: number | false = false) {
  const clock = { now: new Date('2026-11-20T12:00:10Z') };
  const app = createHttpServer({
    log: silentLogger,
    metrics: createMetrics({ version: 'test', revision: 'test' }),
    access: {
      trustProxy,
      rateLimit: createRateLimit(perMinute, () => clock.now),
      now: () => clock.now,
    },
  });
  app.get('/data', () => ({}));
  app.get('/livez', () => ({}));
  return { app, clock };
}

describe('the rate limit', () => {
  it('refuses what is over it with Retry-After until the minute is over, each client for itself, and never a probe', async () => {
    const { app, clock } = createTestServer(2);
    const ask = (url = '/data', remoteAddress = '10.0.0.1') => app.inject({ url, remoteAddress });
    expect([(await ask()).statusCode, (await ask()).statusCode]).toEqual([200, 200]);
    const third = await ask();
    expect([third.statusCode, third.headers['retry-after'], third.json().code]).toEqual([
      429,
      '50',
      'RATE_LIMITED',
    ]);
    expect((await ask('/data', '10.0.0.2')).statusCode).toBe(200);
    expect((await ask('/livez')).statusCode).toBe(200);
    clock.now = new Date('2026-11-20T12:01:00Z');
    expect((await ask()).statusCode).toBe(200);
    await app.close();
  });

  it('takes a forwarded address only from so many proxies as are trusted, and a /64 of IPv6 as one client', async () => {
    const statuses = async (trustProxy: number | false, addresses: string[]) => {
      const { app } = createTestServer(1, trustProxy);
      const found = [];
      for (const address of addresses)
        found.push((await app.inject({ url: '/data', headers: { 'x-forwarded-for': address } })).statusCode);
      await app.close();
      return found;
    };
    expect(await statuses(false, ['1.1.1.1', '2.2.2.2'])).toEqual([200, 429]);
    expect(await statuses(1, ['1.1.1.1', '2.2.2.2', '9.9.9.9, 1.1.1.1'])).toEqual([200, 200, 429]);
    expect(await statuses(1, ['2001:db8::1', '2001:db8:0:0:ffff::2', '2001:db8:0:1::1'])).toEqual([
      200, 429, 200,
    ]);
  });

  it('counts no more clients than it has room for', () => {
    const limit = createRateLimit(1, () => new Date(0));
    for (let n = 0; n < 100_000; n += 1) limit.take(`10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`);
    expect([limit.take('11.0.0.1').allowed, limit.take('11.0.0.2').allowed]).toEqual([true, false]);
  });
});
