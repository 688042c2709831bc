import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendRun } from '../support/events.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { coingeckoRun, coinpaprikaRun, hoursAgo, marketCoin, tickerCoin } from './market-data.ts';
import { createRestApp } from './support.ts';

let database: TestDatabase;
let app: FastifyInstance;
beforeAll(async () => {
  database = await createTestDatabase();
  const observed = { last_updated: hoursAgo(9).toISOString() };
  const first = [
    marketCoin('steady', 'std', 'Steady', { current_price: 3, ...observed }),
    marketCoin('up', 'up', 'Up', { current_price: 10, ...observed }),
    marketCoin('down', 'dwn', 'Down', { current_price: 10, ...observed }),
    marketCoin('gone', 'gon', 'Gone', { current_price: 1 }),
    marketCoin('free', 'fre', 'Free', { current_price: 0 }),
  ];
  const second = [
    // The very same observation again: the read model keeps only who told it last.
    marketCoin('steady', 'std', 'Steady', { current_price: 3, ...observed }),
    marketCoin('up', 'up', 'Up', { current_price: 12, last_updated: hoursAgo(1).toISOString() }),
    marketCoin('down', 'dwn', 'Down', { current_price: 4, last_updated: hoursAgo(1).toISOString() }),
    marketCoin('new', 'new', 'New', { current_price: 1 }),
    marketCoin('free', 'fre', 'Free', { current_price: 5 }),
    { broken: true },
  ];
  await appendRun(
    database.sql,
    coingeckoRun({
      runId: 'first',
      startedAt: hoursAgo(8),
      pages: [JSON.stringify(first.slice(0, 2)), JSON.stringify(first.slice(2))],
    }),
  );
  await appendRun(
    database.sql,
    coingeckoRun({ runId: 'second', startedAt: hoursAgo(1), pages: [JSON.stringify(second)] }),
  );
  const ticker = JSON.stringify([tickerCoin('btc-bitcoin', 'BTC', 'Bitcoin', { price: 1 })]);
  await appendRun(
    database.sql,
    coinpaprikaRun({ runId: 'other-source', startedAt: hoursAgo(1), pages: [ticker] }),
  );
  await projectAll(database);
  app = createRestApp(database);
});
afterAll(async () => {
  await expectRebuildEqualsLive(database);
  await database.close();
});

it('tells of two runs what came, what went and what moved most, by what each was told', async () => {
  const response = await app.inject('/stats/runs/compare?base=first&other=second');
  expect(response.json()).toMatchObject({
    base: { run_id: 'first', records_processed: 5 },
    other: { run_id: 'second', records_processed: 6, records_failed: 1 },
    duration_ratio: 0.6667,
    records_delta: 1,
    rejected_delta: 1,
    coins_complete: true,
    coins_added: ['new'],
    coins_lost: ['gone'],
    largest_price_moves: [
      { coin_id: 'down', from_usd: 10, to_usd: 4, percent: -60 },
      {
        coin_id: 'up',
        canonical_coin_id: expect.stringContaining('up'),
        from_usd: 10,
        to_usd: 12,
        percent: 20,
      },
    ],
  });
  expect(response.headers['etag']).toBeDefined();
});

it('the other way round it tells the opposite, and of a run and itself nothing', async () => {
  const back = await app.inject('/api/v1/stats/runs/compare?base=second&other=first');
  expect(back.json()).toMatchObject({ records_delta: -1, coins_added: ['gone'], coins_lost: ['new'] });
  const itself = await app.inject('/stats/runs/compare?base=first&other=first');
  expect(itself.json()).toMatchObject({
    duration_ratio: 1,
    coins_added: [],
    coins_lost: [],
    largest_price_moves: [],
  });
});

it.each([
  ['base=first', 422],
  ['base=first&other=nobody', 404],
  ['base=first&other=%00', 404],
  ['base=first&other=other-source', 400],
])('%s is %d', async (query, status) => {
  expect((await app.inject(`/stats/runs/compare?${query}`)).statusCode).toBe(status);
});
