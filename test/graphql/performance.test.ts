import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appendFindings } from '../../src/monitor/monitor-log.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendRun } from '../support/events.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { marketCoin } from './market.ts';
import { createTestApi, type TestApi } from './support.ts';

const now = new Date('2026-11-20T12:00:00Z');
const hoursAgo = (hours: number): Date => new Date(now.getTime() - hours * 3_600_000);

let database: TestDatabase;
let api: TestApi;
beforeAll(async () => {
  database = await createTestDatabase();
  const gecko = { stream: 'coingecko.markets', params: { vs_currency: 'usd' } };
  const at = (hours: number) => ({ last_updated: hoursAgo(hours).toISOString() });
  const before = [
    marketCoin('up', { current_price: 10, ...at(9) }),
    marketCoin('down', { current_price: 10, ...at(9) }),
    marketCoin('gone', at(9)),
  ];
  const after = [
    marketCoin('up', { current_price: 12, ...at(1) }),
    marketCoin('down', { current_price: 4, ...at(1) }),
    marketCoin('new', at(1)),
    { broken: true },
  ];
  await appendRun(database.sql, { ...gecko, runId: 'old', startedAt: hoursAgo(60), pages: ['[]'] });
  await appendRun(database.sql, {
    ...gecko,
    runId: 'first',
    startedAt: hoursAgo(8),
    pages: [JSON.stringify(before.slice(0, 1)), JSON.stringify(before.slice(1))],
  });
  await appendRun(database.sql, {
    ...gecko,
    runId: 'second',
    startedAt: hoursAgo(1),
    pages: [JSON.stringify(after)],
  });
  await appendRun(database.sql, {
    stream: 'coinpaprika.tickers',
    params: { quotes: 'USD' },
    runId: 'failed',
    startedAt: hoursAgo(1),
    pages: [],
    ending: { type: 'run.failed', metadata: { error: { code: 'HTTP_500', message: 'the source is down' } } },
  });
  const finding = (source: string | null, coinId: string | null, kind: 'spread' | 'source_silent') =>
    ({ kind, severity: 'WARNING', source, coinId, message: 'It looks wrong.', evidence: {} }) as const;
  const raise = [
    finding('coingecko', null, 'source_silent'),
    finding('coinpaprika', null, 'source_silent'),
    finding(null, 'coingecko.up', 'spread'),
    finding(null, 'coinpaprika.other', 'spread'),
  ];
  await appendFindings(database.sql, { raise, resolve: [] }, 0, now);
  await projectAll(database);
  api = await createTestApi(database, { now: () => now });
});
afterAll(async () => {
  await api.close();
  await expectRebuildEqualsLive(database);
  await database.close();
});

const comparison = `query ($base: ID!, $other: ID!) { compareRuns(base: $base, other: $other) {
  base { id } other { id } durationRatio recordsDelta rejectedDelta coinsAdded coinsLost
  largestPriceMoves { coinId sourceCoinId fromUsd toUsd percent } anomalies { id kind } } }`;

describe('two runs compared', () => {
  it('tell what came, what went and what moved most, the largest first', async () => {
    const { data, errors } = await api.ask(comparison, { base: 'run:first', other: 'second' });
    expect(errors).toEqual([]);
    expect(data).toEqual({
      compareRuns: {
        base: { id: 'run:first' },
        other: { id: 'run:second' },
        durationRatio: 200 / 300,
        recordsDelta: 1,
        rejectedDelta: 1,
        coinsAdded: ['new'],
        coinsLost: ['gone'],
        largestPriceMoves: [
          { coinId: 'coingecko.down', sourceCoinId: 'down', fromUsd: 10, toUsd: 4, percent: -60 },
          { coinId: 'coingecko.up', sourceCoinId: 'up', fromUsd: 10, toUsd: 12, percent: expect.closeTo(20) },
        ],
        anomalies: expect.any(Array),
      },
    });
  });

  it('tell what looked wrong with their source and its coins, and nothing of others', async () => {
    const { data } = await api.ask<{ compareRuns: { anomalies: { kind: string }[] } }>(comparison, {
      base: 'first',
      other: 'second',
    });
    expect(data.compareRuns.anomalies.map(({ kind }) => kind).sort()).toEqual(['source_silent', 'spread']);
    // Raised long after the run that follows the later one began.
    const earlier = await api.ask<{ compareRuns: { anomalies: unknown[] } }>(comparison, {
      base: 'old',
      other: 'first',
    });
    expect(earlier.data.compareRuns.anomalies).toEqual([]);
  });

  it('are null where one is not there, and refused where they are of different sources', async () => {
    const none = await api.ask(comparison, { base: 'run:first', other: 'run:never' });
    expect(none).toMatchObject({ errors: [], data: { compareRuns: null } });
    const mixed = await api.ask(comparison, { base: 'first', other: 'failed' });
    expect(mixed.errors[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
    expect(mixed.errors[0]?.message).toContain('coingecko');
  });
});

const performance = `query ($hours: Int) { performance(hours: $hours) { hours runs completed failed successRate
  durationMsP50 durationMsP95 recordsPerHour bySource { source runs completed failed durationMsP50 records }
  trend { start runs failed records durationMsP50 } } }`;

describe('the performance of the last hours', () => {
  it('counts the runs that began in them, in all, by source and over time', async () => {
    const { data, errors } = await api.ask<{
      performance: { trend: { start: string; runs: number; failed: number; records: number }[] };
    }>(performance, { hours: 24 });
    expect(errors).toEqual([]);
    expect(data.performance).toMatchObject({
      hours: 24,
      runs: 3,
      completed: 2,
      failed: 1,
      successRate: 2 / 3,
      durationMsP50: 250,
      durationMsP95: expect.closeTo(295),
      recordsPerHour: 7 / 24,
      bySource: [
        { source: 'coingecko', runs: 2, completed: 2, failed: 0, durationMsP50: 250, records: 7 },
        { source: 'coinpaprika', runs: 1, completed: 0, failed: 1, durationMsP50: null, records: 0 },
      ],
    });
    const { trend } = data.performance;
    expect(trend).toHaveLength(24);
    expect(trend[0]?.start).toBe(hoursAgo(24).toISOString());
    expect(trend.filter(({ runs }) => runs > 0)).toMatchObject([
      { start: hoursAgo(8).toISOString(), runs: 1, failed: 0, records: 3 },
      { start: hoursAgo(1).toISOString(), runs: 2, failed: 1, records: 4 },
    ]);
  });

  it('has parts of six hours beyond two days, and nothing to divide by where nothing ran', async () => {
    const long = await api.ask<{ performance: { trend: unknown[] } }>(performance, { hours: 168 });
    expect(long.data.performance).toMatchObject({ runs: 4, trend: { length: 28 } });
    const later = await createTestApi(database, { now: () => new Date('2027-01-01T00:00:00Z') });
    try {
      const { data } = await later.ask(performance, { hours: 1 });
      expect(data).toMatchObject({
        performance: { runs: 0, successRate: null, durationMsP50: null, recordsPerHour: 0, bySource: [] },
      });
    } finally {
      await later.close();
    }
  });

  it('refuses other hours than 1 to 168', async () => {
    for (const hours of [0, 169, -1])
      expect((await api.ask(performance, { hours })).errors).toMatchObject([
        { extensions: { code: 'BAD_USER_INPUT' } },
      ]);
  });
});
