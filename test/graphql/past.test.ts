import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadMapping } from '../../src/control/mapping-decisions.ts';
import { skipEvent } from '../../src/control/skip-decisions.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendRun } from '../support/events.ts';
import { decide, link, merge, split, veto } from '../support/identity.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { createTestIngester, sourceConfigured } from '../support/ingest.ts';
import { createTestApi, type TestApi } from './support.ts';

let database: TestDatabase;
let api: TestApi;

let runs = 0;
const run = (stream: string, params: Record<string, string>, body: object[]): Promise<void> =>
  appendRun(database.sql, {
    stream,
    runId: `run_${(runs += 1)}`,
    startedAt: new Date('2026-11-20T10:00:00Z'),
    params,
    pages: [JSON.stringify(body)],
  });
const at = (minute: number): string => new Date(Date.UTC(2026, 10, 20, 9, minute)).toISOString();
const gecko = (minute: number, prices: Record<string, number | null>, more: object = {}) =>
  run(
    'coingecko.markets',
    { vs_currency: 'usd' },
    Object.entries(prices).map(([id, price], index) => ({
      id,
      symbol: id.slice(0, 3),
      name: `${id} of ${minute}`,
      image: `https://img.example/${id}.png`,
      current_price: price,
      market_cap: price,
      market_cap_rank: index + 1,
      total_volume: minute,
      last_updated: at(minute),
      ...more,
    })),
  );
const paprika = (minute: number, prices: Record<string, number>) =>
  run(
    'coinpaprika.tickers',
    { quotes: 'USD' },
    Object.entries(prices).map(([id, price], index) => ({
      id,
      name: id,
      symbol: id.slice(0, 3),
      rank: index + 1,
      last_updated: at(minute),
      quotes: { USD: { price, volume_24h: 1, market_cap: price } },
    })),
  );

const fields = `canonicalId symbol name rank priceUsd marketCapUsd volume24hUsd observedAt spreadPercent
  consensus { method quotesUsed quotesTotal } exact { priceUsd }
  quotes { source sourceCoinId price observedAt usedInConsensus exclusionReason recordIndex event { id } }
  links { source sourceCoinId coinId method }
  history(from: "2026-11-20T09:00:00Z", to: "2026-11-20T10:00:00Z", interval: M15) { start openUsd closeUsd samples }`;

interface Shown {
  version: number;
  at: Date;
  coins: { canonicalId: string }[];
}
const shown: Shown[] = [];

interface Coins {
  coins: { nodes: { canonicalId: string }[]; totalCount: number };
}

async function ask<T>(query: string): Promise<T> {
  const { data, errors } = await api.ask<T>(query);
  expect(errors).toEqual([]);
  return data;
}

/** What a client sees now, noted with its version and time. */
async function look(): Promise<void> {
  await projectAll(database);
  const { data, errors, extensions } = await api.ask<Coins>(
    `{ coins(first: 250, orderBy: { field: NAME }) { nodes { ${fields} } totalCount } }`,
  );
  expect(errors).toEqual([]);
  // The database's clock told when it was shown: a moment later it surely was.
  await database.sql`select pg_sleep(0.005)`;
  const [clock] = await database.sql<{ at: Date }[]>`select clock_timestamp() as at`;
  shown.push({
    version: extensions.readModelVersion ?? 0,
    at: clock?.at ?? new Date(),
    coins: data.coins.nodes,
  });
  await database.sql`select pg_sleep(0.005)`;
}

/** A person's file of prices, read by a mapping that an operator has loaded. */
async function readFile(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'coinlog-past-'));
  const path = join(folder, 'prices.csv');
  await writeFile(
    path,
    `coin,ticker,open,close,when\nbitcoin,btc,90,104,${at(2)}\nbitcoin,btc,95,109,${at(4)}\ngold,xau,7,8,${at(4)}\n`,
  );
  const ingester = createTestIngester(database);
  try {
    await ingester.ingest(sourceConfigured('csv'), {
      path,
      reason: 'test',
      fileOptions: { mapping: 'prices' },
    });
  } finally {
    await ingester.close();
    await rm(folder, { recursive: true });
  }
}
const loadPriceColumn = (label: string): Promise<void> => {
  const columns = { id: ['coin'], symbol: ['ticker'], date: ['when'], price: [label] };
  const file = Buffer.from(JSON.stringify({ name: 'prices', columns, quoteCurrency: 'USD' }));
  return loadMapping(database.sql, 'prices', file, { actor: 'test', reason: label }, new Date());
};

beforeAll(async () => {
  database = await createTestDatabase();
  api = await createTestApi(database, { now: () => new Date() });
  await gecko(1, { bitcoin: 100, ether: 10 });
  await look();
  await paprika(2, { 'btc-bitcoin': 102, 'eth-ether': 10 });
  await loadPriceColumn('open');
  await readFile();
  await look();
  // Revised, unchanged, and late.
  await gecko(1, { bitcoin: 101, ether: 10 });
  await look();
  await gecko(5, { bitcoin: 110, ether: null });
  await gecko(3, { bitcoin: 105, dust: 1e-9 });
  await look();
  await decide(
    database.sql,
    link('coingecko:bitcoin', 'bitcoin', 'FIRST_SEEN'),
    link('coinpaprika:btc-bitcoin', 'btc-bitcoin', 'FIRST_SEEN'),
    link('coingecko:ether', 'ether', 'FIRST_SEEN'),
  );
  await look();
  await decide(
    database.sql,
    link('coinpaprika:btc-bitcoin', 'bitcoin', 'CONTRACT'),
    merge('btc-bitcoin', 'bitcoin'),
    link('coinpaprika:eth-ether', 'ether', 'CONTRACT'),
    link('csv:bitcoin', 'bitcoin', 'DECLARED'),
  );
  await look();
  await gecko(1, { bitcoin: 100, ghost: 4 });
  await paprika(6, { 'btc-bitcoin': 111 });
  await look();
  // The parser is mended: what it had read of the file changes, back to the first day.
  await loadPriceColumn('close');
  await look();
  const [page] = await database.owner<{ version: number }[]>`
    select version from log.event where stream = 'coingecko.markets' and type = 'page.fetched'
    order by version desc limit 1`;
  const by = { actor: 'test', reason: 'wrong' };
  await skipEvent(database.sql, 'coingecko.markets', page?.version ?? 0, by, new Date());
  await look();
  await decide(
    database.sql,
    veto('coinpaprika:btc-bitcoin', 'bitcoin'),
    split('btc-bitcoin', 'bitcoin'),
    link('coinpaprika:btc-bitcoin', 'btc-bitcoin', 'OPERATOR'),
  );
  await gecko(8, { bitcoin: 120, ether: 12 });
  await look();
});
afterAll(async () => {
  await api.close();
  await expectRebuildEqualsLive(database);
  await database.close();
});

const listAt = (argument: string) => `{
  coins(first: 250, orderBy: { field: NAME }, ${argument}) { nodes { ${fields} } totalCount }
}`;

describe('what was shown', () => {
  it('differs from step to step, or the tests below would show nothing', () => {
    const different = new Set(shown.map(({ coins }) => JSON.stringify(coins)));
    expect(different.size).toBe(shown.length);
  });

  it('at each time is told by knownAt value by value, whatever was revised, linked, mended or skipped since', async () => {
    for (const { at: time, coins } of shown) {
      const { coins: then } = await ask<Coins>(listAt(`knownAt: "${time.toISOString()}"`));
      expect(then.nodes).toEqual(coins);
      expect(then.totalCount).toBe(coins.length);
    }
  });

  it('is found again by the id that a coin had then, one by one and as a node', async () => {
    for (const { at: time, version, coins } of shown) {
      const { coins: then } = await ask<{ coins: { nodes: { id: string; asOfVersion: number }[] } }>(
        `{ coins(first: 250, orderBy: { field: NAME }, knownAt: "${time.toISOString()}") { nodes { id asOfVersion } } }`,
      );
      for (const [place, { id, asOfVersion }] of then.nodes.entries()) {
        const expected = coins[place];
        expect(id).toBe(`${expected?.canonicalId}@${version}`);
        expect(asOfVersion).toBe(version);
        const found = await ask<{ coin: object; node: object }>(
          `{ coin(id: "${id}") { ${fields} } node(id: "${id}") { id ... on Coin { ${fields} } } }`,
        );
        expect(found.coin).toEqual(expected);
        expect(found.node).toEqual({ id, ...expected });
      }
    }
  });

  it('is nothing before anything was recorded, and a version that never was is null', async () => {
    const early = await ask<Coins>(`{ coins(knownAt: "2020-01-01T00:00:00Z") { nodes { id } totalCount } }`);
    expect(early.coins).toEqual({ nodes: [], totalCount: 0 });
    expect(await ask(`{ coin(id: "bitcoin@999999") { id } }`)).toEqual({ coin: null });
  });

  it('is noted with every swap: how many readings it took back, and how many it brought', async () => {
    const swaps = await database.sql<{ withdrawn: number; introduced: number }[]>`
      select withdrawn, introduced from control.shown where withdrawn is not null and withdrawn + introduced > 0
      order by version`;
    // The file's three prices with the mapping, then the skipped page's record and what it had revised.
    expect(swaps[0]).toEqual({ withdrawn: 3, introduced: 3 });
    expect(swaps[1]?.withdrawn).toBeGreaterThan(0);
    expect(swaps).toHaveLength(2);
  });
});

describe('the market as it was at a time', () => {
  const priceAt = async (argument: string): Promise<unknown> => {
    const { coin } = await ask<{ coin: { exact: { priceUsd: string }; quotes: object[] } | null }>(
      `{ coin(id: "coingecko:bitcoin", ${argument}) { exact { priceUsd } quotes { source } } }`,
    );
    return coin && { price: coin.exact.priceUsd, quotes: coin.quotes.length };
  };

  it('is told by asOf with what is known of it now: late records and mended values included', async () => {
    expect(await priceAt(`asOf: "2026-11-20T09:00:30Z"`)).toBeNull();
    // The record of 09:01 was said thrice, the last time within the page that was skipped.
    expect(await priceAt(`asOf: "2026-11-20T09:01:00Z"`)).toEqual({ price: '101', quotes: 1 });
    expect(await priceAt(`asOf: "2026-11-20T09:03:30Z"`)).toEqual({ price: '104.5', quotes: 2 });
    expect(await priceAt(`asOf: "2026-11-20T09:59:00Z"`)).toEqual({ price: '114.5', quotes: 2 });
  });

  it('is told by asOf and knownAt with what was known then, errors included', async () => {
    const linked = shown[6];
    if (!linked) throw new Error('no such step');
    const knownAt = `knownAt: "${linked.at.toISOString()}"`;
    expect(await priceAt(`asOf: "2026-11-20T09:01:00Z", ${knownAt}`)).toEqual({ price: '100', quotes: 1 });
    // Of gecko 105, paprika 102 and the file's 90, which was its opening price.
    expect(await priceAt(`asOf: "2026-11-20T09:03:30Z", ${knownAt}`)).toEqual({ price: '102', quotes: 3 });
  });

  it('stays still while a client walks through its pages and the log grows', async () => {
    const asOf = new Date(Date.now() - 1).toISOString();
    const page = (after: string | null) =>
      ask<{ coins: { nodes: { id: string }[]; pageInfo: { endCursor: string; hasNextPage: boolean } } }>(
        `{ coins(first: 2, asOf: "${asOf}", orderBy: { field: NAME }${after === null ? '' : `, after: "${after}"`}) {
          nodes { id } pageInfo { endCursor hasNextPage } } }`,
      );
    const all = await ask<{ coins: { nodes: { id: string }[] } }>(
      `{ coins(first: 250, asOf: "${asOf}", orderBy: { field: NAME }) { nodes { id } } }`,
    );
    const walked: string[] = [];
    for (let after: string | null = null, more = true; more;) {
      const { coins } = await page(after);
      walked.push(...coins.nodes.map(({ id }) => id.split('@')[0] ?? ''));
      [after, more] = [coins.pageInfo.endCursor, coins.pageInfo.hasNextPage];
      await gecko(9 + walked.length, { [`aaa-${walked.length}`]: 5 });
      await projectAll(database);
    }
    expect(walked).toEqual(all.coins.nodes.map(({ id }) => id.split('@')[0]));
  });
});

describe('what cannot be told is refused with what to do', () => {
  const refusal = async (query: string) => (await api.ask(query)).errors[0];

  it.each([
    ['the future', `{ coins(asOf: "2999-01-01T00:00:00Z") { totalCount } }`, /still to come/],
    [
      'a moment beside an id that has one',
      `{ coin(id: "bitcoin@3", asOf: "2026-11-20T09:00:00Z") { id } }`,
      /leave/,
    ],
  ])('%s', async (_what, query, message) => {
    expect(await refusal(query)).toMatchObject({ message, extensions: { code: 'BAD_USER_INPUT' } });
  });

  it('a cursor of another moment', async () => {
    const [first, last] = [shown[1], shown[3]].map((step) => step?.at.toISOString());
    const { coins } = await ask<{ coins: { pageInfo: { endCursor: string } } }>(
      `{ coins(first: 1, knownAt: "${first}") { pageInfo { endCursor } } }`,
    );
    const query = `{ coins(first: 1, knownAt: "${last}", after: "${coins.pageInfo.endCursor}") { totalCount } }`;
    expect(await refusal(query)).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
  });

  it('a time when the log was elsewhere: nobody here knows what was shown', async () => {
    const other = await createTestDatabase();
    const otherApi = await createTestApi(other, { now: () => new Date() });
    try {
      const body = [{ id: 'a', symbol: 'a', name: 'A', current_price: 1, last_updated: at(1) }];
      await appendRun(other.sql, {
        stream: 'coingecko.markets',
        runId: 'other',
        startedAt: new Date('2026-11-20T10:00:00Z'),
        params: { vs_currency: 'usd' },
        pages: [JSON.stringify(body)],
      });
      const [{ time } = { time: new Date() }] = await other.sql<
        { time: Date }[]
      >`select clock_timestamp() as time`;
      await other.sql`select pg_sleep(0.005)`;
      await projectAll(other);
      const { errors } = await otherApi.ask(`{ coins(knownAt: "${time.toISOString()}") { totalCount } }`);
      expect(errors[0]).toMatchObject({
        message: /rebuild --until/,
        extensions: { code: 'HISTORY_EXPIRED' },
      });
    } finally {
      await otherApi.close();
      await expectRebuildEqualsLive(other);
      await other.close();
    }
  });
});
