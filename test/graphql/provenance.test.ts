import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendRun } from '../support/events.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { bitcoin, fillMarket, paprikaPage, startedAt } from './market.ts';
import { createTestApi, type TestApi } from './support.ts';

interface Answer {
  coins: { nodes: { quotes: { sourceCoinId: string; recordIndex: number; rawRecord: unknown }[] }[] };
}
const rawRecords = `quotes { sourceCoinId recordIndex rawRecord event { stream version sha256 run { id } } }`;

describe('where a value comes from', () => {
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

  it('is the element of the page that was received, with its event and its run', async () => {
    const { data } = await api.ask(`{ coin(id: "coingecko.bitcoin") { ${rawRecords} } }`);
    const event = {
      stream: 'coingecko.markets',
      version: 2,
      sha256: expect.any(String),
      run: { id: 'run:usd' },
    };
    expect(data).toEqual({
      coin: { quotes: [{ sourceCoinId: 'bitcoin', recordIndex: 0, rawRecord: bitcoin, event }] },
    });
  });

  it('is the same element for each of its currencies', async () => {
    const { data } = await api.ask('{ coin(id: "btc-bitcoin") { quotes { currency rawRecord } } }');
    const rawRecord = paprikaPage[0];
    expect(data).toEqual({
      coin: {
        quotes: [
          { currency: 'ETH', rawRecord },
          { currency: 'USD', rawRecord },
        ],
      },
    });
  });

  it('is the row of a file, by the labels of its header', async () => {
    const { data } = await api.ask(
      '{ coin(id: "csv.bitcoin") { quotes { rawRecord event { id request { url } } } } }',
    );
    const event = { id: 'event:csv.files:2', request: null };
    const rawRecord = { id: 'bitcoin', price: '86,500.25', note: 'mine' };
    expect(data).toEqual({ coin: { quotes: [{ rawRecord, event }] } });
  });
});

const folder = join(import.meta.dirname, '..', '..', '..', 'shared', 'payloads');
const recorded = [
  ['coingecko', 'coingecko.markets', 'markets_2021-06-24_usd_100.json', { vs_currency: 'usd' }],
  ['coinpaprika', 'coinpaprika.tickers', 'tickers_modern_shape_4.json', { quotes: 'USD' }],
] as const;
if (!existsSync(folder))
  process.stderr.write('skipped: recorded payloads are not here (../shared/payloads)\n');

describe.skipIf(!existsSync(folder))('in a recorded page', () => {
  it.each(recorded)('of %s every coin leads to its own element', async (source, stream, file, params) => {
    const database = await createTestDatabase();
    const body = readFileSync(join(folder, source, file), 'utf8');
    const elements: { id: string }[] = JSON.parse(body);
    await appendRun(database.sql, { stream, runId: 'recorded', startedAt, params, pages: [body] });
    await projectAll(database);
    const api = await createTestApi(database);
    const { data } = await api.ask<Answer>(
      '{ coins(first: 250) { nodes { quotes { sourceCoinId recordIndex rawRecord } } } }',
    );
    const quotes = data.coins.nodes.flatMap((coin) => coin.quotes);
    expect(quotes.length).toBe(new Set(elements.map(({ id }) => id)).size);
    for (const { recordIndex, rawRecord, sourceCoinId } of quotes) {
      expect(rawRecord).toEqual(elements[recordIndex]);
      expect(rawRecord).toMatchObject({ id: sourceCoinId });
    }
    await api.close();
    await expectRebuildEqualsLive(database);
    await database.close();
  });
});

it('a number that no double holds is printed as it was received', async () => {
  const database = await createTestDatabase();
  const supply = '123456789012345678901234567890.125';
  const page = `[{"id":"big","symbol":"big","name":"Big","current_price":1,"total_supply":${supply},"last_updated":null}]`;
  await appendRun(database.sql, {
    stream: 'coingecko.markets',
    runId: 'big',
    startedAt,
    params: { vs_currency: 'usd' },
    pages: [page],
  });
  await projectAll(database);
  const api = await createTestApi(database);
  const answer = await api.app.inject({
    method: 'POST',
    url: '/graphql',
    payload: { query: '{ coin(id: "big") { exact { totalSupply } quotes { rawRecord } } }' },
  });
  expect(answer.body).toContain(`"totalSupply":"${supply}"`);
  expect(answer.body).toContain(`"total_supply":${supply}`);
  await api.close();
  await expectRebuildEqualsLive(database);
  await database.close();
});
