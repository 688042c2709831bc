import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { orderIdentity, type OrderResult } from '../../src/control/identity-decisions.ts';
import type { SourceCoinRef } from '../../src/identity/source-coin.ts';
import { orderLink, orderUnlink, type NamedOrder } from '../../src/read/identity-orders.ts';
import { createTestApi, type TestApi } from '../graphql/support.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendRun } from '../support/events.ts';
import { createTestIngester, sourceConfigured } from '../support/ingest.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { resolveAll, testIdentityLog } from '../support/resolver.ts';
import { bitcoin, btcBitcoin, linksOf, pollGecko, pollPaprika } from './support.ts';

const sources = ['coinpaprika', 'coingecko', 'csv'];
const operator = { actor: 'test', reason: 'told so' };

let database: TestDatabase;
let api: TestApi;
beforeEach(async () => {
  database = await createTestDatabase();
  api = await createTestApi(database);
});
afterEach(async () => {
  const before = await linksOf(database);
  await resolveAll(database);
  expect(await linksOf(database), 'a further pass changes nothing').toEqual(before);
  await expectRebuildEqualsLive(database);
  await api.close();
  await database.close();
});

async function order(named: NamedOrder): Promise<OrderResult> {
  if (named.kind === 'unknown') throw new Error(named.message);
  const result = await orderIdentity(testIdentityLog(database), named.order, named.coins, operator);
  await projectAll(database);
  return result;
}
const link = async (coin: SourceCoinRef, to: string) =>
  order(await orderLink(database.sql, coin, to, sources));
const unlink = async (coin: SourceCoinRef) => order(await orderUnlink(database.sql, coin));
const split = (coinId: string) => order({ kind: 'order', order: { kind: 'split', coinId }, coins: [] });
const paprikaCoin = (sourceCoinId: string): SourceCoinRef => ({ source: 'coinpaprika', sourceCoinId });

interface ShownCoin {
  id: string;
  aliases: string[];
  priceUsd: number;
  consensus: { method: string };
  quotes: {
    source: string;
    sourceCoinId: string;
    usedInConsensus: boolean;
    exclusionReason: string | null;
  }[];
  links: { sourceCoinId: string; method: string; confidence: number; evidence: Record<string, unknown> }[];
}
const coin = async (id: string): Promise<ShownCoin | null> =>
  (
    await api.ask<{ coin: ShownCoin | null }>(
      `query ($id: ID!) { coin(id: $id) { id aliases priceUsd consensus { method }
        quotes { source sourceCoinId usedInConsensus exclusionReason }
        links { sourceCoinId method confidence evidence } } }`,
      { id },
    )
  ).data.coin;
const idOf = async (id: string) => (await coin(id))?.id;

const payloads = join(import.meta.dirname, '../../../shared/payloads');
const recorded = (path: string): string => readFileSync(join(payloads, path), 'utf8');

describe.skipIf(!existsSync(payloads))(
  'recorded payloads (skipped where ../shared/payloads is absent)',
  () => {
    it('make Bitcoin of all three sources one coin with three quotes', async () => {
      const startedAt = new Date('2026-11-20T10:00:00Z');
      await appendRun(database.sql, {
        stream: 'coingecko.markets',
        runId: 'run_g',
        startedAt,
        params: { vs_currency: 'usd' },
        pages: [recorded('coingecko/markets_2025-12-29_usd_100.json')],
      });
      await appendRun(database.sql, {
        stream: 'coinpaprika.tickers',
        runId: 'run_p',
        startedAt,
        params: { quotes: 'USD' },
        pages: [recorded('coinpaprika/tickers_modern_shape_4.json')],
      });
      const folder = await mkdtemp(join(tmpdir(), 'coinlog-identity-'));
      const path = join(folder, 'prices.csv');
      // What the file observed fits CoinGecko's price of that day: the symbol alone would be nothing to go by.
      await writeFile(path, 'ticker,name,price,date\nBTC,Bitcoin,87300.5,2025-12-29\n');
      const ingester = createTestIngester(database);
      await ingester.ingest(sourceConfigured('csv'), { reason: 'test', path });
      await ingester.close();
      await rm(folder, { recursive: true });
      await resolveAll(database);
      const found = await coin('bitcoin');
      expect(found?.quotes.map(({ source }) => source)).toEqual(['coingecko', 'coinpaprika', 'csv']);
      expect(found?.aliases).toEqual(['coingecko:bitcoin', 'coinpaprika:btc-bitcoin', 'csv:BTC']);
      expect(
        await Promise.all(['btc-bitcoin', 'coinpaprika:btc-bitcoin', 'csv:BTC', 'BTC'].map(idOf)),
      ).toEqual(Array(4).fill('bitcoin'));
    });
  },
);

describe('the whole path: append, fold, resolve, fold, ask', () => {
  it('keeps eleven coins with the symbol BTC eleven, and says why each is linked', async () => {
    const namesakes = Array.from({ length: 10 }, (_, index) => ({
      id: `btc-copy-${index}`,
      symbol: 'btc',
      name: index < 3 ? 'Bitcoin' : `Copy ${index}`,
      price: 0.01,
      rank: 900 + index,
    }));
    await pollGecko(database, bitcoin, ...namesakes);
    await pollPaprika(database, btcBitcoin);
    await resolveAll(database);
    const { data } = await api.ask<{ coins: { nodes: { id: string }[]; totalCount: number } }>(
      '{ coins(filter: { symbols: ["BTC"] }) { totalCount nodes { id } } }',
    );
    expect(data.coins.totalCount).toBe(11);
    expect((await coin('bitcoin'))?.links).toMatchObject([
      { sourceCoinId: 'bitcoin', method: 'FIRST_SEEN' },
      {
        sourceCoinId: 'btc-bitcoin',
        method: 'SYMBOL_AND_NAME',
        evidence: { names: 'NAME_AND_SLUG', price: 'agrees' },
      },
    ]);
  });

  it('links on late evidence: the older id survives, and the other leads to it wherever an id is taken', async () => {
    await pollPaprika(database, { id: 'gld-gold', symbol: 'GLD', name: 'Gold', price: 5 });
    await resolveAll(database);
    await pollGecko(database, { id: 'gold-coin', symbol: 'gld', name: 'Gold', price: 900 });
    await resolveAll(database);
    expect(await linksOf(database)).toEqual({
      'coingecko:gold-coin': 'gold-coin',
      'coinpaprika:gld-gold': 'gold',
    });
    await pollGecko(database, { id: 'gold-coin', symbol: 'gld', name: 'Gold', price: 5.01, minute: 5 });
    await resolveAll(database);
    expect(await linksOf(database)).toEqual({
      'coingecko:gold-coin': 'gold',
      'coinpaprika:gld-gold': 'gold',
    });

    expect(await Promise.all(['gold-coin', 'coingecko:gold-coin', 'coingecko.gold-coin'].map(idOf))).toEqual(
      Array(3).fill('gold'),
    );
    const { data } = await api.ask(`{
      coins(filter: { ids: ["gold-coin"] }) { nodes { id aliases } }
      snapshots(filter: { coinId: "gold-coin" }) { nodes { source coinId } }
      node(id: "gold-coin") { id }
      nodes(ids: ["gold-coin"]) { id } }`);
    expect(data).toEqual({
      coins: {
        nodes: [{ id: 'gold', aliases: ['gold-coin', 'coingecko:gold-coin', 'coinpaprika:gld-gold'] }],
      },
      snapshots: {
        nodes: [
          { source: 'coingecko', coinId: 'gold' },
          { source: 'coingecko', coinId: 'gold' },
          { source: 'coinpaprika', coinId: 'gold' },
        ],
      },
      node: { id: 'gold' },
      nodes: [{ id: 'gold' }],
    });
  });

  it('keeps id and link of a coin that its source renames, and shows the new name', async () => {
    await pollGecko(database, bitcoin);
    await pollPaprika(database, btcBitcoin);
    await resolveAll(database);
    await pollGecko(database, { ...bitcoin, symbol: 'xbt', name: 'Digital Gold', minute: 5 });
    await resolveAll(database);
    expect(await linksOf(database)).toEqual({
      'coingecko:bitcoin': 'bitcoin',
      'coinpaprika:btc-bitcoin': 'bitcoin',
    });
    const { data } = await api.ask('{ coin(id: "bitcoin") { symbol name } }');
    expect(data).toEqual({ coin: { symbol: 'XBT', name: 'Digital Gold' } });
  });

  it('respects a veto with every later pass, until an operator links again', async () => {
    await pollGecko(database, bitcoin);
    await pollPaprika(database, btcBitcoin);
    await resolveAll(database);
    const result = await unlink(paprikaCoin('btc-bitcoin'));
    expect(result).toMatchObject({ kind: 'decided', coinId: 'bitcoin', splitOff: 'bitcoin-btc' });
    await pollPaprika(database, { ...btcBitcoin, price: 100, minute: 5 });
    await pollGecko(database, { ...bitcoin, name: 'Bitcoin ', minute: 5 });
    await resolveAll(database);
    expect(await linksOf(database)).toEqual({
      'coingecko:bitcoin': 'bitcoin',
      'coinpaprika:btc-bitcoin': 'bitcoin-btc',
    });
    expect((await link(paprikaCoin('btc-bitcoin'), 'coingecko:bitcoin')).kind).toBe('decided');
    expect(await idOf('bitcoin-btc')).toBe('bitcoin');
    expect((await coin('bitcoin'))?.links[1]).toMatchObject({
      method: 'OPERATOR',
      confidence: 1,
      evidence: operator,
    });
  });

  it('gives a merged id back when it is split, with its source coin and history', async () => {
    await pollPaprika(database, { id: 'gld-gold', symbol: 'GLD', name: 'Gold', price: 5 });
    await pollGecko(database, { id: 'gold-coin', symbol: 'gld', name: 'Gold', price: 900 });
    await resolveAll(database);
    await pollGecko(database, { id: 'gold-coin', symbol: 'gld', name: 'Gold', price: 5, minute: 5 });
    await resolveAll(database);
    const older = (await linksOf(database))['coinpaprika:gld-gold'] ?? '';
    const merged = older === 'gold' ? 'gold-coin' : 'gold';
    expect(await idOf(merged)).toBe(older);
    await split(merged);
    expect([await idOf(merged), await idOf(older)]).toEqual([merged, older]);
    const { data } = await api.ask<{ snapshots: { totalCount: number } }>(
      `{ snapshots(filter: { coinId: "${merged}" }) { totalCount } }`,
    );
    expect(data.snapshots.totalCount).toBeGreaterThan(0);
  });

  it('keeps coin and history of an id that is gone upstream', async () => {
    await pollGecko(database, bitcoin, { id: 'gone', symbol: 'gon', name: 'Gone', price: 1 });
    await pollPaprika(database, { id: 'gon-gone', symbol: 'GON', name: 'Gone', price: 1 });
    await resolveAll(database);
    for (const minute of [5, 10]) await pollGecko(database, { ...bitcoin, minute });
    await resolveAll(database);
    expect(await idOf('coingecko:gone')).toBe('gone');
    const { data } = await api.ask('{ snapshots(filter: { coinId: "gone" }) { nodes { source } } }');
    expect(data).toEqual({ snapshots: { nodes: [{ source: 'coingecko' }, { source: 'coinpaprika' }] } });
  });

  it('leaves a wild quote of a linked coin out, says so, and keeps the link', async () => {
    await pollGecko(database, bitcoin);
    await pollPaprika(database, btcBitcoin);
    await resolveAll(database);
    await pollPaprika(database, { ...btcBitcoin, price: 9_999_999, marketCap: 1_000, rank: 2, minute: 5 });
    await resolveAll(database);
    const found = await coin('bitcoin');
    expect(found).toMatchObject({ priceUsd: 100, consensus: { method: 'trusted' } });
    expect(found?.quotes.map(({ exclusionReason }) => exclusionReason)).toEqual([null, 'OUTLIER']);
  });

  it('takes one of two operators at once on top of the other', async () => {
    await pollGecko(database, bitcoin, { id: 'x', symbol: 'x', name: 'X', price: 1 });
    await pollPaprika(database, btcBitcoin, { id: 'y-y', symbol: 'Y', name: 'Y', price: 1 });
    await resolveAll(database);
    const named = await Promise.all([
      orderUnlink(database.sql, paprikaCoin('btc-bitcoin')),
      orderLink(database.sql, paprikaCoin('y-y'), 'x', sources),
      orderLink(database.sql, { source: 'coingecko', sourceCoinId: 'x' }, 'y', sources),
    ]);
    const results = await Promise.all(
      named.map((one) => {
        if (one.kind === 'unknown') throw new Error(one.message);
        return orderIdentity(testIdentityLog(database), one.order, one.coins, operator);
      }),
    );
    await projectAll(database);
    expect(results.map(({ kind }) => kind)).toEqual(['decided', 'decided', 'decided']);
    const links = await linksOf(database);
    expect(links['coinpaprika:btc-bitcoin']).not.toBe('bitcoin');
    expect(links['coinpaprika:y-y']).toBe(links['coingecko:x']);
  });

  it('names a coin that an order comes before any decision on', async () => {
    await pollGecko(database, bitcoin);
    await pollPaprika(database, { ...btcBitcoin, name: 'Something else', id: 'x-y' });
    await projectAll(database);
    expect(await link(paprikaCoin('x-y'), 'coingecko.bitcoin')).toMatchObject({ coinId: 'bitcoin' });
    expect(await idOf('coingecko:bitcoin')).toBe(await idOf('coinpaprika:x-y'));
  });
});

describe('a filter of coins', () => {
  it('finds linked coins by any id, by symbol, by a part of a name, and by how many sources know them', async () => {
    await pollGecko(database, bitcoin, { id: 'ether', symbol: 'eth', name: 'Ether', price: 10, rank: 2 });
    await pollPaprika(database, btcBitcoin);
    await resolveAll(database);
    const ids = async (filter: string) =>
      (
        await api.ask<{ coins: { nodes: { id: string }[] } }>(`{ coins(filter: ${filter}) { nodes { id } } }`)
      ).data.coins.nodes.map(({ id }) => id);
    expect(await ids('{ ids: ["btc-bitcoin", "coingecko:ether", "nothing"] }')).toEqual(['bitcoin', 'ether']);
    expect(await ids('{ ids: [] }')).toEqual([]);
    expect(await ids('{ symbols: ["btc", "x"] }')).toEqual(['bitcoin']);
    expect(await ids('{ search: "ITC" }')).toEqual(['bitcoin']);
    expect(await ids('{ minLinkedSources: 2 }')).toEqual(['bitcoin']);
    expect(await ids('{ source: "coinpaprika" }')).toEqual(['bitcoin']);
    expect(await ids('{ minLinkedSources: 3 }')).toEqual([]);
  });
});

describe('the market', () => {
  it('is the sum of what all coins are worth, with the share of the coin that Bitcoin is, now and then', async () => {
    const before = await api.ask('{ market { coinCount } }');
    expect(before.errors[0]?.extensions.code).toBe('NOT_READY');
    await pollGecko(database, bitcoin, {
      id: 'e',
      symbol: 'e',
      name: 'E',
      price: 1,
      marketCap: 990,
      minute: 30,
    });
    await pollPaprika(database, btcBitcoin);
    await resolveAll(database);
    const market = async (asOf: string) =>
      (
        await api.ask<{ market: object }>(
          `{ market${asOf} { totalMarketCapUsd totalVolume24hUsd btcDominancePercent coinCount observedAt } }`,
        )
      ).data.market;
    const now = {
      totalMarketCapUsd: 2_000,
      totalVolume24hUsd: 1,
      btcDominancePercent: 50.5,
      coinCount: 2,
      observedAt: '2026-11-20T09:30:00.000Z',
    };
    expect(await market('')).toEqual(now);
    expect(await market('(asOf: "2026-11-20T09:40:00Z")')).toEqual(now);
    expect(await market('(asOf: "2026-11-20T09:10:00Z")')).toEqual({
      totalMarketCapUsd: 1_010,
      totalVolume24hUsd: 1,
      btcDominancePercent: 100,
      coinCount: 1,
      observedAt: '2026-11-20T09:00:00.000Z',
    });
    expect(await market('(asOf: "2020-01-01T00:00:00Z")')).toEqual({
      totalMarketCapUsd: null,
      totalVolume24hUsd: null,
      btcDominancePercent: null,
      coinCount: 0,
      observedAt: null,
    });
  });
});
