import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { expectRebuildEqualsLive } from '../support/project.ts';
import { coinIds, fillMarket, startedAt } from './market.ts';
import { createTestApi, type TestApi } from './support.ts';

let database: TestDatabase;
let api: TestApi;
beforeAll(async () => {
  database = await createTestDatabase();
  await fillMarket(database);
  api = await createTestApi(database, { now: () => new Date('2026-11-20T10:12:00Z') });
});
afterAll(async () => {
  await api.close();
  await expectRebuildEqualsLive(database);
  await database.close();
});

describe('a query', () => {
  it('snapshots are observations in their own currency, with where they come from', async () => {
    const { data } =
      await api.ask(`{ snapshots(filter: { source: "coingecko", sourceCoinId: "euro" }) { totalCount nodes {
      source sourceCoinId coinId symbol name currency price priceUsd marketCap volume24h observedAt recordIndex
      event { id type run { id } } } } }`);
    expect(data).toEqual({
      snapshots: {
        totalCount: 1,
        nodes: [
          {
            source: 'coingecko',
            sourceCoinId: 'euro',
            coinId: 'coingecko.euro',
            symbol: 'EUR',
            name: 'EURO',
            currency: 'EUR',
            price: 4,
            priceUsd: null,
            marketCap: 40,
            volume24h: 2,
            observedAt: '2026-11-20T09:59:00.000Z',
            recordIndex: 0,
            event: { id: 'event:coingecko.markets:5', type: 'page.fetched', run: { id: 'run:eur' } },
          },
        ],
      },
    });
  });

  it('runs are newest first, with their counts, their time and their error', async () => {
    const { data } = await api.ask(`{ runs(filter: { feed: "coingecko.markets" }) { nodes {
      id source feed status unchanged startedAt endedAt durationMs nextAttemptAt pages bytes attempts
      recordsRead accepted revised rejected duplicates skipped error { code message } } } }`);
    const shared = { source: 'coingecko', feed: 'coingecko.markets', unchanged: false, nextAttemptAt: null };
    const nothing = { revised: 0, rejected: 0, duplicates: 0, skipped: 0 };
    expect(data).toMatchObject({
      runs: {
        nodes: [
          {
            ...shared,
            ...nothing,
            id: 'run:failed',
            status: 'FAILED',
            durationMs: 100,
            pages: 0,
            error: { code: 'RATE_LIMITED', message: 'Slow down.' },
          },
          {
            ...shared,
            ...nothing,
            id: 'run:eur',
            status: 'COMPLETED',
            pages: 1,
            recordsRead: 1,
            accepted: 1,
            error: null,
          },
          {
            ...shared,
            ...nothing,
            id: 'run:usd',
            status: 'COMPLETED',
            startedAt: startedAt.toISOString(),
            endedAt: '2026-11-20T10:00:00.200Z',
            durationMs: 200,
            attempts: 1,
            recordsRead: 12,
            accepted: 12,
          },
        ],
      },
    });
  });

  it('run is found by either form of its id, and null where there is none', async () => {
    const { data } = await api.ask(
      '{ a: run(id: "run:usd") { id } b: run(id: "usd") { id } c: run(id: "run:x") { id } }',
    );
    expect(data).toEqual({ a: { id: 'run:usd' }, b: { id: 'run:usd' }, c: null });
  });

  it('sources are all that there are, with their latest run and success', async () => {
    const { data } = await api.ask(
      '{ sources { id name enabled coins lastSuccessAt freshUntil nextRunAt lastRun { id } } source(name: "csv") { name } none: source(name: "x") { name } }',
    );
    expect(data).toEqual({
      sources: [
        {
          id: 'source:coinpaprika',
          name: 'coinpaprika',
          enabled: true,
          coins: 2,
          lastSuccessAt: '2026-11-20T10:01:00.200Z',
          freshUntil: '2026-11-20T10:16:00.200Z',
          nextRunAt: '2026-11-20T10:15:00.000Z',
          lastRun: { id: 'run:tickers' },
        },
        {
          id: 'source:coingecko',
          name: 'coingecko',
          enabled: true,
          coins: 13,
          lastSuccessAt: '2026-11-20T10:05:00.200Z',
          freshUntil: '2026-11-20T10:20:00.200Z',
          nextRunAt: '2026-11-20T10:15:00.000Z',
          lastRun: { id: 'run:failed' },
        },
        {
          id: 'source:csv',
          name: 'csv',
          enabled: false,
          coins: 1,
          lastSuccessAt: startedAt.toISOString(),
          freshUntil: '2026-11-21T10:00:00.000Z',
          nextRunAt: null,
          lastRun: { id: 'run:file' },
        },
      ],
      source: { name: 'csv' },
      none: null,
    });
  });

  it('events of a stream come in its order, with what is known of the request', async () => {
    const { data } = await api.ask<{ events: { nodes: Record<string, unknown>[] } }>(`{
      events(stream: "coingecko.markets", first: 2) { nodes { id stream version type receivedAt payloadBytes sha256 chainHash
        redacted run { id } request { url params status attempt } } } }`);
    expect(data.events.nodes).toMatchObject([
      {
        id: 'event:coingecko.markets:1',
        type: 'run.started',
        payloadBytes: 0,
        request: null,
        run: { id: 'run:usd' },
      },
      {
        id: 'event:coingecko.markets:2',
        stream: 'coingecko.markets',
        version: 2,
        type: 'page.fetched',
        receivedAt: '2026-11-20T10:00:00.100Z',
        redacted: false,
        request: {
          url: 'https://example.test/page',
          params: { vs_currency: 'usd', page: 1 },
          status: 200,
          attempt: 1,
        },
      },
    ]);
    expect(data.events.nodes[1]?.['chainHash']).toMatch(/^[0-9a-f]{64}$/);
  });

  it('health names each thing that was looked at, judged by the clock', async () => {
    const { data } = await api.ask('{ health { status checks { name status } } }');
    const check = (name: string, status = 'HEALTHY') => ({ name, status });
    expect(data).toEqual({
      health: {
        status: 'HEALTHY',
        checks: [
          check('database'),
          check('projector'),
          check('deadLetters'),
          check('anomalies'),
          check('source:coinpaprika'),
          check('source:coingecko'),
        ],
      },
    });
    const later = await createTestApi(database, { now: () => new Date('2026-11-20T10:19:00Z') });
    const { data: then } = await later.ask('{ health { status checks { name status } } }');
    expect(then).toMatchObject({
      health: {
        status: 'DEGRADED',
        checks: expect.arrayContaining([check('source:coinpaprika', 'DEGRADED'), check('source:coingecko')]),
      },
    });
    await later.close();
  });

  it('readModel counts what is in it, and has the version that the answer is labelled with', async () => {
    const { data, extensions, headers } = await api.ask<{ readModel: { version: number } }>(
      '{ readModel { version lagEvents lagSeconds events snapshots coins foldDigest deadLetters } }',
    );
    expect(data.readModel).toMatchObject({
      lagEvents: 0,
      lagSeconds: 0,
      events: 8 + 3 + 3,
      snapshots: 17,
      coins: coinIds.length,
      foldDigest: 'test',
      deadLetters: 0,
    });
    expect(extensions.readModelVersion).toBe(data.readModel.version);
    expect(headers['x-read-model-version']).toBe(String(data.readModel.version));
  });
});
