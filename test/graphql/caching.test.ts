import { getNamedType, getNullableType, isObjectType, isRequiredArgument, type GraphQLField } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rulesOf } from '../../src/api/graphql/field-rules.ts';
import { buildCoinlogSchema } from '../../src/api/graphql/schema.ts';
import { rebuild } from '../../src/projector/rebuild.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { expectRebuildEqualsLive, testFolds } from '../support/project.ts';
import { argumentsOf, everythingOf } from './everything.ts';
import { commitMarket, fillMarket, marketCoin } from './market.ts';
import { createTestApi, readAnswer, type TestApi } from './support.ts';

let database: TestDatabase;
let api: TestApi;
const clock = { now: new Date('2026-11-20T12:00:00Z') };

beforeAll(async () => {
  database = await createTestDatabase();
  await fillMarket(database);
  api = await createTestApi(database, { now: () => clock.now });
});
afterAll(async () => {
  await api.close();
  await expectRebuildEqualsLive(database);
  await database.close();
});

const preflight = { 'apollo-require-preflight': 'true' };
const get = (query: string, headers: Record<string, string> = {}, variables: object = {}) =>
  api.app.inject({
    url: '/graphql',
    query: { query, variables: JSON.stringify(variables) },
    headers: { ...preflight, ...headers },
  });

let marketNumber = 0;
/** Raises the version with one commit, in which bitcoin costs so much. */
async function commitPrice(price: number): Promise<void> {
  marketNumber += 1;
  await commitMarket(database, marketNumber, [marketCoin('bitcoin', { current_price: price })]);
}

describe('an answer', () => {
  it('that is asked for again by GET is 304 until the version is raised', async () => {
    const query = '{ coins(first: 3) { nodes { id priceUsd } } }';
    const first = await get(query);
    const { etag } = first.headers;
    expect(etag).toMatch(/^W\/"\d+-/);
    expect(first.headers['cache-control']).toBe('no-cache');
    const again = await get(query, { 'if-none-match': String(etag) });
    expect([again.statusCode, again.body]).toEqual([304, '']);
    expect(again.headers['x-read-model-version']).toBe(first.headers['x-read-model-version']);
    await commitPrice(1);
    const later = await get(query, { 'if-none-match': String(etag) });
    expect(later.statusCode).toBe(200);
    expect(later.headers['etag']).not.toBe(etag);
  });

  it('is the same to the byte from the cache, with a request id of its own', async () => {
    const answers = await Promise.all([get('{ coins { totalCount } }'), get('{ coins { totalCount } }')]);
    const third = await get('{ coins { totalCount } }');
    expect(new Set([...answers, third].map(({ body }) => body)).size).toBe(1);
    expect(new Set([...answers, third].map(({ headers }) => headers['x-request-id'])).size).toBe(3);
  });

  it('is another one for other variables, and the same however they and the document are written', async () => {
    const query = 'query ($n: Int, $s: String) { coins(first: $n, filter: { source: $s }) { nodes { id } } }';
    const tag = async (text: string, variables: object) => (await get(text, {}, variables)).headers['etag'];
    const one = await tag(query, { n: 1, s: 'coingecko' });
    expect(await tag(query.replaceAll(' ', '  '), { s: 'coingecko', n: 1, unknown: 2 })).toBe(one);
    expect(await tag(query, { n: 2, s: 'coingecko' })).not.toBe(one);
    expect(await tag(query, { n: 1 })).not.toBe(one);
  });

  it('is another one for null than for what is left out, whichever was asked first', async () => {
    const query = 'query ($n: Int = 2) { coins(first: $n) { nodes { id } } }';
    const count = async (text: string, variables: object) =>
      (await api.ask<{ coins: { nodes: unknown[] } }>(text, variables)).data.coins.nodes.length;
    const coins = await count('{ coins { nodes { id } } }', {});
    expect(coins).toBeGreaterThan(2);
    expect([await count(query, {}), await count(query, { n: null }), await count(query, {})]).toEqual([
      2,
      coins,
      2,
    ]);
    const other = query.replace('$n: Int = 2', '$n: Int = 3');
    expect([await count(other, { n: null }), await count(other, {})]).toEqual([coins, 3]);
  });

  it('costs what its own variables say, and is kept by what they say', async () => {
    const costs = 'query ($n: Int = 250) { coins(first: $n) { nodes { id } } }';
    const costOf = async (variables: object) => (await api.ask(costs, variables)).extensions;
    expect(await costOf({ n: null })).toMatchObject({ cost: { requested: 51 } });
    expect(await costOf({})).toMatchObject({ cost: { requested: 251 } });
    const clock = `query ($to: DateTime = "2026-01-01T00:00:00Z") { coin(id: "dust") { history(to: $to) { closeUsd } } }`;
    expect((await get(clock)).headers['etag']).toBeDefined();
    expect((await get(clock, {}, { to: null })).headers['etag']).toBeUndefined();
  });

  it('to a number that is none is not that to null', async () => {
    const query = 'query ($p: Float) { coins(filter: { minPriceUsd: $p }) { nodes { id } } }';
    const ask = async (p: string) =>
      api.app.inject({
        method: 'POST',
        url: '/graphql',
        headers: { 'content-type': 'application/json' },
        payload: `{"query":${JSON.stringify(query)},"variables":{"p":${p}}}`,
      });
    expect(readAnswer(await ask('null')).errors).toEqual([]);
    expect(readAnswer(await ask('1e400')).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('to a POST has no tag, which nobody could send back, though it is kept here', async () => {
    const query = '{ coins(first: 4) { nodes { id } } }';
    const posted = [await api.ask(query), await api.ask(query)];
    for (const { headers } of posted)
      expect([headers['etag'], headers['cache-control']]).toEqual([undefined, 'no-store']);
    const tag = String((await get(query)).headers['etag']);
    expect((await get(query, { 'if-none-match': tag })).statusCode).toBe(304);
  });

  it('with an error in it is kept by nobody', async () => {
    const answer = await get('{ coins(first: 251) { totalCount } }');
    expect(readAnswer(answer).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect([answer.headers['etag'], answer.headers['cache-control']]).toEqual([undefined, 'no-store']);
  });

  it('of a mutation is kept by nobody', async () => {
    const answer = await api.ask(
      'mutation { pauseSource(input: { name: "csv", reason: "r" }) { source { name } } }',
    );
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('that depends on more than the read model has no tag', async () => {
    for (const query of [
      '{ health { status } }',
      '{ coin(id: "dust") { sparkline } }',
      '{ events { nodes { id } } }',
      '{ node(id: "event:csv.files:1") { id } }',
    ])
      expect((await get(query)).headers['etag'], query).toBeUndefined();
    const past = '2026-11-20T11:00:00Z';
    expect(
      (await get(`{ coin(id: "dust") { history(to: "${past}") { closeUsd } } }`)).headers['etag'],
    ).toBeDefined();
    const later = '2026-11-20T13:00:00Z';
    expect(
      (await get(`{ coin(id: "dust") { history(to: "${later}") { closeUsd } } }`)).headers['etag'],
    ).toBeUndefined();
  });
});

const schema = buildCoinlogSchema();

const isVersioned = (field: GraphQLField<unknown, unknown>): boolean =>
  !(rulesOf(field).unversioned?.({ id: 'coingecko.bitcoin', ids: [] }, clock.now) ?? false);

describe('what is not marked as depending on more than the read model', () => {
  const query = schema.getQueryType();
  const fields = Object.values(query?.getFields() ?? {}).filter(
    (field) =>
      !rulesOf(field).unversioned?.({ id: '', ids: [] }, clock.now) &&
      field.name !== 'node' &&
      field.name !== 'nodes',
  );

  it.each(fields.map(({ name }) => name))('%s is the same at another time of the clock', async (name) => {
    const field = query?.getFields()[name];
    const type = getNullableType(getNamedType(field?.type ?? null));
    if (!field || !isObjectType(type)) throw new Error(`${name} is no object`);
    const given = field.args.some(isRequiredArgument) ? argumentsOf[name] : '';
    const asked = `{ ${name}${given} { ${everythingOf(type, 3, isVersioned)} } }`;
    const askAt = async (now: string) => {
      // An API of its own, so that nothing is kept from before.
      const fresh = await createTestApi(database, { now: () => new Date(now) });
      const { data, errors } = await fresh.ask(asked);
      expect(errors, asked).toEqual([]);
      await fresh.close();
      return data;
    };
    const before = await askAt('2026-11-20T12:00:00Z');
    expect(await askAt('2031-03-04T05:06:07Z')).toEqual(before);
  });
});

describe('under load, with commits and swaps', () => {
  it('nobody who asks after a commit was visible is answered from before it, and every answer is what its version says', async () => {
    const prices = new Map<number, number>();
    let visible = { version: 0, price: 0 };
    let done = false;
    const query = '{ coin(id: "coingecko.bitcoin") { priceUsd quotes { price } } }';
    let answers = 0;
    const ask = async () => {
      while (!done) {
        const { version: least } = visible;
        const { data, extensions } = await api.ask<{
          coin: { priceUsd: number; quotes: { price: number }[] };
        }>(query);
        const version = extensions.readModelVersion ?? -1;
        expect(version).toBeGreaterThanOrEqual(least);
        expect(data.coin.quotes[0]?.price).toBe(data.coin.priceUsd);
        const known = prices.get(version);
        if (known !== undefined) expect(data.coin.priceUsd).toBe(known);
        prices.set(version, data.coin.priceUsd);
        answers += 1;
      }
    };
    const askers = Array.from({ length: 12 }, ask);
    for (let price = 1_000; price < 1_025; price += 1) {
      await commitPrice(price);
      if (price % 10 === 9) await rebuild({ ...testFolds, sql: database.sql, holder: crypto.randomUUID() });
      const [row] = await database.sql<{ version: number }[]>`select version from read.read_model`;
      const version = row?.version ?? 0;
      expect(prices.get(version) ?? price).toBe(price);
      prices.set(version, price);
      visible = { version, price };
    }
    done = true;
    await Promise.all(askers);
    expect(answers).toBeGreaterThan(100);
  }, 120_000);
});
