import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getIntrospectionQuery } from 'graphql';
import { packAtOnceBytes, packFromBytes } from '../../src/api/http/packed.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { expectRebuildEqualsLive } from '../support/project.ts';
import { commitMarket, fillMarket, marketCoin } from './market.ts';
import { createTestApi, type TestApi } from './support.ts';

let database: TestDatabase;
let api: TestApi;

beforeAll(async () => {
  database = await createTestDatabase();
  await fillMarket(database);
  const coins = Array.from({ length: 60 }, (_, n) => marketCoin(`coin-${n}`, { name: `Coin № ${n}` }));
  await commitMarket(database, 1, coins);
  api = await createTestApi(database);
});
afterAll(async () => {
  await api.close();
  await expectRebuildEqualsLive(database);
  await database.close();
});

const page = '{ coins(first: 50) { nodes { id name priceUsd marketCapUsd } } }';
const get = (query: string, encoding: string | null, headers: Record<string, string> = {}) =>
  api.app.inject({
    url: '/graphql',
    query: { query },
    headers: {
      'apollo-require-preflight': 'true',
      ...headers,
      ...(encoding === null ? {} : { 'accept-encoding': encoding }),
    },
  });

const unpack = { gzip: gunzipSync, br: brotliDecompressSync };
// As browsers and fetch send it, and as older clients do.
const accepted = [
  ['gzip, deflate, br, zstd', 'br'],
  ['gzip, deflate', 'gzip'],
  ['br;q=0.5, gzip', 'gzip'],
] as const;

describe.each(accepted)('who accepts %s', (header, encoding) => {
  it('has the same answer packed, from the cache as when it was made, with the same tag', async () => {
    // A question of its own, so that the first answer is made and the second one was kept.
    const own = page.replace('first: 50', `first: ${30 + header.length}`);
    const [first, kept, plain] = [await get(own, header), await get(own, header), await get(own, null)];
    for (const packed of [first, kept]) {
      expect(packed.headers).toMatchObject({
        'content-encoding': encoding,
        'content-length': String(packed.rawPayload.length),
        'content-type': plain.headers['content-type'],
        vary: 'Accept, Accept-Encoding, Origin',
      });
      expect(unpack[encoding](packed.rawPayload).toString()).toBe(plain.body);
    }
    expect(kept.headers.etag).toBe(first.headers.etag);
    const known = await get(own, header, { 'if-none-match': String(kept.headers.etag) });
    expect([known.statusCode, known.body]).toEqual([304, '']);
    expect(known.headers).not.toHaveProperty('content-encoding');
  });
});

it('an answer that is packed is never of a version before', async () => {
  for (let price = 1; price <= 5; price += 1) {
    await commitMarket(database, 10 + price, [
      marketCoin('ether', { current_price: price, market_cap_rank: 2 }),
    ]);
    for (let again = 0; again < 3; again += 1) {
      const { rawPayload } = await get(page, 'gzip');
      const { data } = JSON.parse(gunzipSync(rawPayload).toString()) as {
        data: { coins: { nodes: { name: string; priceUsd: number }[] } };
      };
      expect(data.coins.nodes.find(({ name }) => name === 'ETHER')?.priceUsd).toBe(price);
    }
  }
});

it('what is large is packed too, from the cache or not, and so is what Apollo answers', async () => {
  const large = getIntrospectionQuery();
  const plain = await get(large, null);
  expect(plain.body.length).toBeGreaterThan(packAtOnceBytes);
  const refused = `{ ${Array.from({ length: 12 }, (_, n) => `nothing${n}`).join(' ')} }`;
  const wrong = await get(refused, null);
  expect(wrong.body.length).toBeGreaterThan(packFromBytes);
  for (const [query, { body }] of [
    [large, plain],
    [refused, wrong],
  ] as const)
    for (const encoding of ['gzip', 'br'] as const) {
      const packed = await get(query, encoding);
      expect(packed.headers['content-encoding']).toBe(encoding);
      expect(unpack[encoding](packed.rawPayload).toString()).toBe(body);
    }
});

it.each([null, 'identity', 'zstd', 'gzip;q=0'])('is as it is for who accepts %s', async (header) => {
  for (let again = 0; again < 2; again += 1) {
    const answer = await get(page, header);
    expect(answer.headers).not.toHaveProperty('content-encoding');
    expect(answer.json()).toHaveProperty('data.coins.nodes.49');
  }
});

it('is as it is where it is small', async () => {
  for (let again = 0; again < 2; again += 1) {
    const small = await get('{ coins(first: 1) { nodes { id } } }', 'gzip');
    expect(small.headers).not.toHaveProperty('content-encoding');
  }
});
