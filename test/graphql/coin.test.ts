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

describe('coin', () => {
  const idOf = async (id: string) => {
    const { data } = await api.ask<{ coin: { id: string } | null }>(
      'query ($id: ID!) { coin(id: $id) { id } }',
      { id },
    );
    return data.coin?.id ?? null;
  };

  it.each([
    ['its canonical id', 'coinpaprika.btc-bitcoin', 'coinpaprika.btc-bitcoin'],
    ["a source's own id with the source", 'coinpaprika:bitcoin', 'coinpaprika.bitcoin'],
    ["a source's own id alone", 'btc-bitcoin', 'coinpaprika.btc-bitcoin'],
    ["an id that several sources use: CoinGecko's", 'bitcoin', 'coingecko.bitcoin'],
  ])('is found by %s', async (_what, id, found) => expect(await idOf(id)).toBe(found));

  it.each(['nothing', 'csv:nothing', ':', '', "'; drop table read.coin; --"])(
    'is null where there is none: %j',
    async (id) => expect(await idOf(id)).toBeNull(),
  );

  it('has every value of its quote, as a double and to the last digit', async () => {
    const { data } = await api.ask(`{ coin(id: "coingecko.bitcoin") {
      id canonicalId aliases symbol name imageUrl rank priceUsd marketCapUsd volume24hUsd fullyDilutedValuationUsd
      percentChange1h percentChange24h percentChange7d percentChange30d high24hUsd low24hUsd athUsd
      circulatingSupply totalSupply maxSupply observedAt staleAfter consensus { method quotesUsed quotesTotal }
      exact { priceUsd marketCapUsd volume24hUsd circulatingSupply totalSupply maxSupply } } }`);
    expect(data).toEqual({
      coin: {
        id: 'coingecko.bitcoin',
        canonicalId: 'coingecko.bitcoin',
        aliases: ['coingecko:bitcoin'],
        symbol: 'BTC',
        name: 'Bitcoin',
        imageUrl: 'https://img.example.org/bitcoin.png',
        rank: 1,
        priceUsd: 87_123.45,
        marketCapUsd: 1_700_000_000_000,
        volume24hUsd: 30_000_000_000,
        fullyDilutedValuationUsd: 1_830_000_000_000,
        percentChange1h: 0.1,
        percentChange24h: -1.25,
        percentChange7d: 2.5,
        percentChange30d: -7,
        high24hUsd: 88_000,
        low24hUsd: 86_000,
        athUsd: 109_000,
        circulatingSupply: 19_800_000,
        totalSupply: 21_000_000,
        maxSupply: 21_000_000,
        observedAt: '2026-11-20T09:59:00.000Z',
        staleAfter: '2026-11-20T10:14:00.000Z',
        consensus: { method: 'only', quotesUsed: 1, quotesTotal: 1 },
        exact: {
          priceUsd: '87123.45',
          marketCapUsd: '1700000000000',
          volume24hUsd: '30000000000',
          circulatingSupply: '19800000',
          totalSupply: '21000000',
          maxSupply: '21000000',
        },
      },
    });
  });

  it('has a price far below a cent in plain notation', async () => {
    const { data } = await api.ask('{ coin(id: "dust") { priceUsd exact { priceUsd } } }');
    expect(data).toEqual({ coin: { priceUsd: 1.234e-8, exact: { priceUsd: '0.00000001234' } } });
  });

  it('has a quote per currency, of which the one in USD is the consensus', async () => {
    const { data } =
      await api.ask(`{ coin(id: "btc-bitcoin") { priceUsd consensus { method quotesUsed quotesTotal }
      quotes { currency price priceUsd marketCap marketCapUsd volume24h usedInConsensus exclusionReason observedAtBasis
        staleAfter exact { priceUsd } } } }`);
    const shared = { observedAtBasis: 'SOURCE', staleAfter: '2026-11-20T10:14:00.000Z' };
    expect(data).toEqual({
      coin: {
        priceUsd: 87_000.5,
        consensus: { method: 'only', quotesUsed: 1, quotesTotal: 2 },
        quotes: [
          {
            ...shared,
            currency: 'ETH',
            price: 29,
            priceUsd: null,
            marketCap: null,
            marketCapUsd: null,
            volume24h: null,
            usedInConsensus: false,
            exclusionReason: 'NOT_USD',
            exact: { priceUsd: null },
          },
          {
            ...shared,
            currency: 'USD',
            price: 87_000.5,
            priceUsd: 87_000.5,
            marketCap: 2,
            marketCapUsd: 2,
            volume24h: 1,
            usedInConsensus: true,
            exclusionReason: null,
            exact: { priceUsd: '87000.5' },
          },
        ],
      },
    });
  });

  it('has no consensus without a price in USD, and says why', async () => {
    const asked =
      '{ priceUsd staleAfter consensus { method quotesUsed } quotes { exclusionReason marketCap marketCapUsd } }';
    const { data } = await api.ask(
      `{ unpriced: coin(id: "unpriced-c") ${asked} euro: coin(id: "euro") ${asked} }`,
    );
    const none = { priceUsd: null, staleAfter: null, consensus: { method: 'none', quotesUsed: 0 } };
    expect(data).toEqual({
      unpriced: { ...none, quotes: [{ exclusionReason: 'NO_PRICE', marketCap: 0, marketCapUsd: 0 }] },
      euro: { ...none, quotes: [{ exclusionReason: 'NOT_USD', marketCap: 40, marketCapUsd: null }] },
    });
  });
});
