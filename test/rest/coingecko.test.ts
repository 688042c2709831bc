import Coingecko, { BadRequestError, NotFoundError } from '@coingecko/coingecko-typescript';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendRun } from '../support/events.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { coingeckoRun, hoursAgo, marketCoin } from './market-data.ts';
import { createRestApp } from './support.ts';

let database: TestDatabase;
let app: FastifyInstance;
let client: Coingecko;
beforeAll(async () => {
  database = await createTestDatabase();
  const at = (hours: number, price: number) =>
    JSON.stringify([
      marketCoin('bitcoin', 'btc', 'Bitcoin', {
        current_price: price,
        market_cap: price * 20,
        market_cap_rank: 1,
        total_volume: 5_000,
        ath: 100_000,
        price_change_percentage_24h: 25,
        price_change_percentage_7d_in_currency: -2,
        circulating_supply: 20,
        last_updated: hoursAgo(hours).toISOString(),
      }),
      marketCoin('ethereum', 'eth', 'Ethereum', {
        current_price: 1.2345678,
        market_cap: 300,
        market_cap_rank: 2,
        last_updated: hoursAgo(hours).toISOString(),
      }),
      marketCoin('fake-bitcoin', 'btc', 'Bitcoin Fake', {
        current_price: 0.1,
        market_cap_rank: 900,
        last_updated: hoursAgo(hours).toISOString(),
      }),
    ]);
  const prices = [
    [50, 40_000],
    [3, 45_000],
    [1, 50_000],
  ] as const;
  for (const [hours, price] of prices)
    await appendRun(
      database.sql,
      coingeckoRun({ runId: `g${hours}`, startedAt: hoursAgo(hours), pages: [at(hours, price)] }),
    );
  await projectAll(database);
  app = createRestApp(database);
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  client = new Coingecko({
    baseURL: `${address}/compat/coingecko/api/v3`,
    demoAPIKey: 'none',
    maxRetries: 0,
  });
});
afterAll(async () => {
  await app.close();
  await expectRebuildEqualsLive(database);
  await database.close();
});

describe("CoinGecko's own client, with another base URL", () => {
  it('finds somebody there', async () => {
    expect(await client.ping.get()).toEqual({ gecko_says: expect.any(String) });
  });

  it('lists markets: by rank of market cap, by id, by symbol, page by page', async () => {
    const all = await client.coins.markets.get({ vs_currency: 'usd' });
    expect(all.map(({ id }) => id)).toEqual(['bitcoin', 'ethereum', 'fake-bitcoin']);
    expect(all[0]).toMatchObject({
      id: 'bitcoin',
      symbol: 'btc',
      current_price: 50_000,
      market_cap: 1_000_000,
      market_cap_rank: 1,
      price_change_24h: 10_000,
      ath_change_percentage: -50,
      last_updated: hoursAgo(1).toISOString(),
    });
    const second = await client.coins.markets.get({ vs_currency: 'usd', per_page: 1, page: 2 });
    expect(second.map(({ id }) => id)).toEqual(['ethereum']);
    const ids = await client.coins.markets.get({
      vs_currency: 'usd',
      ids: 'ethereum,nobody,coingecko:bitcoin',
    });
    expect(ids.map(({ id }) => id)).toEqual(['coingecko:bitcoin', 'ethereum']);
    const top = await client.coins.markets.get({ vs_currency: 'usd', symbols: 'BTC' });
    expect(top.map(({ id }) => id)).toEqual(['bitcoin']);
    const both = await client.coins.markets.get({
      vs_currency: 'usd',
      symbols: 'btc',
      include_tokens: 'all',
    });
    expect(both.map(({ id }) => id)).toEqual(['bitcoin', 'fake-bitcoin']);
    const upwards = await client.coins.markets.get({ vs_currency: 'usd', order: 'id_desc', precision: '2' });
    expect(upwards.map(({ id }) => id)).toEqual(['fake-bitcoin', 'ethereum', 'bitcoin']);
    expect(upwards[1]?.current_price).toBe(1.23);
  });

  it('adds changes and sparklines where they are asked for', async () => {
    const [bitcoin] = await client.coins.markets.get({
      vs_currency: 'usd',
      ids: 'bitcoin',
      sparkline: true,
      price_change_percentage: '24h,7d',
    });
    expect(bitcoin).toMatchObject({
      price_change_percentage_24h_in_currency: 25,
      price_change_percentage_7d_in_currency: -2,
      sparkline_in_7d: { price: [40_000, 45_000, 50_000] },
    });
    expect(bitcoin).not.toHaveProperty('price_change_percentage_30d_in_currency');
  });

  it('tells simple prices, by the id as it was asked for', async () => {
    const prices = await client.simple.price.get({
      ids: 'bitcoin,nobody',
      vs_currencies: 'usd,eur',
      include_market_cap: true,
      include_24hr_vol: true,
      include_24hr_change: true,
      include_last_updated_at: true,
    });
    expect(prices).toEqual({
      bitcoin: {
        usd: 50_000,
        usd_market_cap: 1_000_000,
        usd_24h_vol: 5_000,
        usd_24h_change: 25,
        last_updated_at: hoursAgo(1).getTime() / 1000 - ((hoursAgo(1).getTime() / 1000) % 1),
      },
    });
    expect(await client.simple.price.get({ symbols: 'btc', vs_currencies: 'usd' })).toEqual({
      btc: { usd: 50_000 },
    });
  });

  it('draws a chart: the further back, the coarser', async () => {
    const day = await client.coins.marketChart.get('bitcoin', { vs_currency: 'usd', days: '1' });
    expect(day).toEqual({
      prices: [
        [hoursAgo(3).getTime(), 45_000],
        [hoursAgo(1).getTime(), 50_000],
      ],
      market_caps: [
        [hoursAgo(3).getTime(), 900_000],
        [hoursAgo(1).getTime(), 1_000_000],
      ],
      total_volumes: [
        [hoursAgo(3).getTime(), 5_000],
        [hoursAgo(1).getTime(), 5_000],
      ],
    });
    const all = await client.coins.marketChart.get('bitcoin', { vs_currency: 'usd', days: 'max' });
    expect(all.prices?.map(([, price]) => price)).toEqual([40_000, 50_000]);
  });

  it('is refused in the way that it understands', async () => {
    await expect(client.coins.marketChart.get('nobody', { vs_currency: 'usd', days: '1' })).rejects.toThrow(
      NotFoundError,
    );
    await expect(client.coins.markets.get({ vs_currency: 'xyz' })).rejects.toThrow(BadRequestError);
  });
});

it.each([
  ['/coins/markets?vs_currency=eur', 400],
  ['/coins/markets?vs_currency=usd&category=defi', 400],
  ['/coins/markets?vs_currency=usd&precision=99', 400],
  ['/coins/markets', 422],
  ['/coins/markets?vs_currency=usd&order=up', 422],
  ['/simple/price?vs_currencies=usd', 400],
  ['/coins/bitcoin/market_chart?vs_currency=usd&days=-1', 400],
  ['/coins/bitcoin/market_chart?vs_currency=usd&days=365&interval=5m', 400],
  ['/coins/%00/market_chart?vs_currency=usd&days=1', 404],
])('%s is %d', async (url, status) => {
  const response = await app.inject(`/compat/coingecko/api/v3${url}`);
  expect(response.statusCode).toBe(status);
  if (status !== 422) expect(response.json()).toMatchObject({ error: expect.any(String) });
});

it('prices are kept with a tag while nothing is projected; what ends now is not', async () => {
  const url = '/compat/coingecko/api/v3/simple/price?ids=bitcoin&vs_currencies=usd';
  const { headers } = await app.inject(url);
  const again = await app.inject({ url, headers: { 'if-none-match': String(headers['etag']) } });
  expect(again.statusCode).toBe(304);
  const sparkline = await app.inject('/compat/coingecko/api/v3/coins/markets?vs_currency=usd&sparkline=true');
  expect(sparkline.headers).not.toHaveProperty('etag');
  expect(sparkline.headers['cache-control']).toBe('no-store');
});
