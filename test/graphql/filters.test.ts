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

interface Answer {
  list: { nodes: { id: string }[]; totalCount: number };
}

async function idsOf(list: string, filter: string): Promise<string[]> {
  const { data, errors } = await api.ask<Answer>(
    `{ list: ${list}(filter: { ${filter} }) { nodes { id } totalCount } }`,
  );
  expect(errors).toEqual([]);
  expect(data.list.totalCount).toBe(data.list.nodes.length);
  return data.list.nodes.map(({ id }) => id);
}

const coingecko = (...names: string[]): string[] => names.map((name) => `coingecko.${name}`);

describe('a filter of coins', () => {
  it.each<[string, string[]]>([
    ['ids: ["csv.bitcoin", "nothing", "coingecko.dust"]', ['coingecko.dust', 'csv.bitcoin']],
    ['ids: []', []],
    ['symbols: ["eth", "DUS"]', coingecko('ether', 'dust')],
    [
      'search: "bitc"',
      ['coingecko.bitcoin', 'coinpaprika.bitcoin', 'coinpaprika.btc-bitcoin', 'csv.bitcoin'],
    ],
    ['search: "ETHE"', coingecko('ether')],
    ['search: "%"', coingecko('fifty')],
    ['search: "a_b"', coingecko('under')],
    [String.raw`search: "\\"`, []],
    ['source: "csv"', ['csv.bitcoin']],
    ['minPriceUsd: 3000, maxPriceUsd: 86999', ['coinpaprika.bitcoin', 'coingecko.ether', 'csv.bitcoin']],
    ['maxPriceUsd: 1e-7', coingecko('dust')],
    ['minMarketCapUsd: 1e12', coingecko('bitcoin')],
    ['minVolume24hUsd: 5.5', coingecko('bitcoin')],
    ['minPercentChange24h: 0.5', coingecko('ether', 'tie-a')],
    ['maxPercentChange24h: -1.25', coingecko('bitcoin')],
    ['maxRank: 1, source: "coingecko"', coingecko('bitcoin')],
    ['search: null, source: null, symbols: ["ETH"]', coingecko('ether')],
  ])('{ %s } leaves exactly those that meet it', async (filter, ids) => {
    expect((await idsOf('coins', filter)).sort()).toEqual([...ids].sort());
  });

  it('with a blank search leaves all of them', async () => {
    expect(await idsOf('coins', 'search: "  "')).toHaveLength(16);
  });
});

describe('a filter of snapshots', () => {
  it.each<[string, number]>([
    ['source: "coinpaprika"', 3],
    ['coinId: "coinpaprika.btc-bitcoin"', 2],
    ['coinId: "nothing"', 0],
    ['sourceCoinId: "bitcoin"', 3],
    ['observedAfter: "2026-11-20T09:59:00Z", observedBefore: "2026-11-20T09:59:00.001Z"', 17],
    ['observedBefore: "2026-11-20T09:59:00Z"', 0],
    ['processedBefore: "2020-01-01T00:00:00Z"', 0],
    ['processedAfter: "2020-01-01T00:00:00Z"', 17],
  ])('{ %s } leaves %i', async (filter, count) => {
    expect(await idsOf('snapshots', filter)).toHaveLength(count);
  });
});

describe('a filter of runs', () => {
  it.each<[string, string[]]>([
    ['source: "coingecko", status: COMPLETED', ['run:eur', 'run:usd']],
    ['status: FAILED', ['run:failed']],
    ['status: RUNNING', []],
    ['feed: "csv.files"', ['run:file']],
    ['startedAfter: "2026-11-20T10:05:00Z"', ['run:failed', 'run:eur']],
    ['startedAfter: "2026-11-20T10:01:00Z", startedBefore: "2026-11-20T10:05:00Z"', ['run:tickers']],
  ])('{ %s } leaves %j', async (filter, ids) => expect(await idsOf('runs', filter)).toEqual(ids));
});

describe('a filter of events', () => {
  it('by type, by run in either form, and by time leaves those that meet it', async () => {
    const euro = ['event:coingecko.markets:6', 'event:coingecko.markets:5', 'event:coingecko.markets:4'];
    expect(await idsOf('events', 'runId: "run:eur"')).toEqual(euro);
    expect(await idsOf('events', 'runId: "eur", type: "page.fetched"')).toEqual(euro.slice(1, 2));
    expect(await idsOf('events', 'recordedBefore: "2020-01-01T00:00:00Z"')).toEqual([]);
    expect(await idsOf('events', 'type: "file.chunk", recordedAfter: "2020-01-01T00:00:00Z"')).toEqual([
      'event:csv.files:2',
    ]);
  });
});

it('more ids than a client can want at once are BAD_USER_INPUT', async () => {
  const ask = (count: number) =>
    api.ask('query ($ids: [ID!]) { coins(filter: { ids: $ids }) { totalCount } }', {
      ids: Array.from({ length: count }, (_, place) => `x${place}`),
    });
  expect((await ask(1_000)).errors).toEqual([]);
  expect((await ask(1_001)).errors).toMatchObject([
    { message: '1001 ids are too many: at most 1000.', extensions: { code: 'BAD_USER_INPUT' } },
  ]);
});

describe('an unknown source in a filter', () => {
  it.each(['coins', 'snapshots', 'runs'])(
    'of %s is BAD_USER_INPUT, and those there are are named',
    async (list) => {
      const { data, errors } = await api.ask(`{ ${list}(filter: { source: "coingeko" }) { totalCount } }`);
      expect(data).toBeNull();
      expect(errors).toMatchObject([
        {
          extensions: { code: 'BAD_USER_INPUT' },
          message: expect.stringContaining('coinpaprika, coingecko, csv'),
        },
      ]);
    },
  );
});
