import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { historySpan } from '../../src/api/graphql/history.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendRun } from '../support/events.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { createTestApi, type TestApi } from './support.ts';

let database: TestDatabase;
let api: TestApi;

const day = '2026-11-20';
/** Observations of a coin: minutes of the day with a price, and no price at all in one of them. */
const prices: [string, number | null][] = [
  ['10:00:00', 5],
  ['10:07:00', 9],
  ['10:08:00', null],
  ['10:14:59', 2],
  ['10:15:00', 3],
  ['10:45:00', 7],
];

beforeAll(async () => {
  database = await createTestDatabase();
  for (const [index, [time, price]] of prices.entries())
    await appendRun(database.sql, {
      stream: 'coingecko.markets',
      runId: `r${index}`,
      startedAt: new Date(`${day}T12:00:00Z`),
      params: { vs_currency: 'usd' },
      pages: [
        JSON.stringify(
          ['a', 'b'].map((id) => ({
            id,
            symbol: id,
            name: id,
            current_price: price,
            total_volume: index,
            last_updated: `${day}T${time}Z`,
          })),
        ),
      ],
    });
  await projectAll(database);
  api = await createTestApi(database);
});
afterAll(async () => {
  await api.close();
  await expectRebuildEqualsLive(database);
  await database.close();
});

interface Candle {
  start: string;
  openUsd: number;
  highUsd: number;
  lowUsd: number;
  closeUsd: number;
  volume24hUsdLast: number;
  samples: number;
  partial: boolean;
}
const history = (args: string) =>
  api.ask<{ coin: { history: Candle[] } | null }>(`{ coin(id: "a") { history(${args}) {
    start openUsd highUsd lowUsd closeUsd volume24hUsdLast samples partial } } }`);

describe('Coin.history', () => {
  it('has a candle for each interval that was observed, from its start on and without its end', async () => {
    const { data } = await history(`from: "${day}T10:00:00Z", to: "${day}T11:00:00Z"`);
    expect(data.coin?.history.map((candle) => Object.values(candle))).toEqual([
      [`${day}T10:00:00.000Z`, 5, 9, 2, 2, 3, 3, false],
      [`${day}T10:15:00.000Z`, 3, 3, 3, 3, 4, 1, false],
      [`${day}T10:45:00.000Z`, 7, 7, 7, 7, 5, 1, false],
    ]);
  });

  it('begins with a whole candle, and calls one partial that the end of the span cuts', async () => {
    const { data } = await history(`from: "${day}T10:10:00Z", to: "${day}T10:50:00Z", interval: H1`);
    expect(data.coin?.history).toMatchObject([
      { start: `${day}T10:00:00.000Z`, openUsd: 5, closeUsd: 7, samples: 5, partial: true },
    ]);
  });

  it('keeps to one source, and to the last 24 hours unless it is told otherwise', async () => {
    const elsewhere = await history(`from: "${day}T10:00:00Z", to: "${day}T11:00:00Z", source: "csv"`);
    expect(elsewhere.data.coin?.history).toEqual([]);
    expect((await history('interval: D1')).data.coin?.history).toEqual([]);
  });

  it('refuses what is too much, the wrong way round, or of a source that is none, and says what to do', async () => {
    const messages = [];
    for (const args of [
      `from: "2020-01-01T00:00:00Z", to: "${day}T00:00:00Z", interval: M1`,
      `from: "${day}T11:00:00Z", to: "${day}T10:00:00Z"`,
      'source: "nothing"',
    ]) {
      const { errors } = await history(args);
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
      messages.push(errors?.[0]?.message);
    }
    expect(messages).toEqual([
      expect.stringContaining('longer interval'),
      'from must be before to.',
      expect.stringContaining('There is no source "nothing"'),
    ]);
  });

  it('and the sparkline of a page of coins are those of each coin', async () => {
    const { data } = await api.ask<{
      coins: { nodes: { history: Candle[]; sparkline: (number | null)[] }[] };
    }>(
      `{ coins { nodes { history(from: "${day}T10:00:00Z", to: "${day}T11:00:00Z") { closeUsd } sparkline(points: 3, hours: 8000) } } }`,
    );
    expect(data.coins.nodes.map((coin) => coin.history.length)).toEqual([3, 3]);
    expect(data.coins.nodes.every(({ sparkline }) => sparkline.length === 3)).toBe(true);
    expect(data.coins.nodes.flatMap(({ sparkline }) => sparkline).filter((price) => price !== null)).toEqual([
      7, 7,
    ]);
  });
});

describe('the span of a question', () => {
  it('begins weeks on a Monday and days at midnight, UTC', () => {
    const to = new Date('2026-11-26T12:00:00Z');
    const startOf = (interval: 'W1' | 'D1' | 'H4') =>
      new Date(
        historySpan({ from: new Date('2026-11-25T13:30:00Z'), to, interval, source: null }, to).fromMs,
      ).toISOString();
    expect([startOf('W1'), startOf('D1'), startOf('H4')]).toEqual([
      '2026-11-23T00:00:00.000Z',
      '2026-11-25T00:00:00.000Z',
      '2026-11-25T12:00:00.000Z',
    ]);
  });
});
