import * as fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { expectRebuildEqualsLive } from '../support/project.ts';
import { writeGoldenData } from './market-data.ts';
import { createRestApp } from './support.ts';

let database: TestDatabase;
let app: FastifyInstance;
beforeAll(async () => {
  database = await createTestDatabase();
  await writeGoldenData(database);
  app = createRestApp(database);
});
afterAll(async () => {
  await expectRebuildEqualsLive(database);
  await database.close();
});

const paths = [
  '/',
  '/data',
  '/data/summary',
  '/health',
  '/health/detailed',
  '/stats',
  '/stats/runs',
  '/stats/performance',
  '/stats/runs/compare',
  '/export/snapshots.ndjson',
  '/export/snapshots.csv',
  '/compat/coingecko/api/v3/ping',
  '/compat/coingecko/api/v3/coins/markets',
  '/compat/coingecko/api/v3/simple/price',
  '/compat/coingecko/api/v3/coins/bitcoin/market_chart',
  '/openapi.json',
  '/nope',
  '/data/x',
];
const names = [
  'page',
  'limit',
  'hours',
  'source',
  'status',
  'coin_id',
  'symbol',
  'after',
  'other',
  'base',
  'coin',
  'from',
  'to',
  'as_of',
  'known_at',
  'vs_currency',
  'vs_currencies',
  'ids',
  'symbols',
  'names',
  'days',
  'interval',
  'order',
  'per_page',
  'precision',
  'sparkline',
  'price_change_percentage',
  '__proto__',
  'constructor',
];
const number = fc.oneof(fc.integer().map(String), fc.bigInt().map(String), fc.double().map(String));
const word = fc.constantFrom(
  'csv',
  'coingecko',
  'failed',
  'running',
  'coingecko_2',
  'bitcoin',
  'bitcoin,nobody',
  'usd',
  'max',
  'true',
  'daily',
  '2026-11-22',
  '2026-11-22T10:00:00+02:00',
  '9999-12-31',
  '1700000000',
  'BTC',
  '',
  'null',
  ' 5 ',
  '+5',
  '1e3',
  '%',
  "'",
  '\u0000',
);
const value = fc.oneof(number, word, fc.string({ unit: 'binary' }), fc.string());
const pairs = fc.array(
  fc.tuple(
    fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: fc.string() }),
    value,
  ),
  { maxLength: 6 },
);

describe('parameters', () => {
  it('whatever they are, the answer is one of those the contract has', async () => {
    const request = fc.record({
      path: fc.constantFrom(...paths),
      prefix: fc.constantFrom('', '/api/v1'),
      pairs,
      method: fc.constantFrom('GET', 'HEAD', 'POST'),
      tag: fc.oneof(
        fc.constant('*'),
        fc.string().map((text) => text.replaceAll(/[^ -~]/g, '')),
      ),
    });
    await fc.assert(
      fc.asyncProperty(request, async ({ path, prefix, pairs, method, tag }) => {
        const query = pairs.map(([name, text]) => `${escape(name)}=${escape(text)}`).join('&');
        const headers = { 'if-none-match': tag };
        const response = await app.inject({
          method: method as 'GET',
          url: `${prefix}${path}?${query}`,
          headers,
        });
        expect([200, 304, 400, 404, 405, 422]).toContain(response.statusCode);
        if (response.statusCode >= 400 && method !== 'HEAD') expect(response.json()).toHaveProperty('detail');
      }),
      {
        numRuns: 1_000,
        examples: [
          [{ path: '/stats/runs', prefix: '', pairs: [['source', '\u0000']], method: 'GET', tag: '' }],
        ],
      },
    );
  });

  it('a query string of any bytes is read or refused, never a fault of ours', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string().map((text) => text.replaceAll('#', '')),
        async (text) => {
          const response = await app.inject({ method: 'GET', url: `/data?${text}` });
          expect([200, 400, 422]).toContain(response.statusCode);
        },
      ),
      { numRuns: 200 },
    );
  });

  it.each([
    [
      '/data?page=0&limit=0',
      [
        ['page', 'greater_than_equal'],
        ['limit', 'greater_than_equal'],
      ],
    ],
    ['/data?page=', [['page', 'int_parsing']]],
    ['/data?page=1.5&source=invalid', [['page', 'int_parsing']]],
    ['/stats/performance?hours=0', [['hours', 'greater_than_equal']]],
    ['/stats/runs?limit=1001&status=bogus', [['limit', 'less_than_equal']]],
  ])('%s: each fault by its name and kind', async (url, faults) => {
    const response = await app.inject(url);
    expect(response.statusCode).toBe(422);
    const { detail } = response.json<{
      detail: { loc: string[]; type: string; msg: string; input: string }[];
    }>();
    expect(detail.map(({ loc, type }) => [loc[1], type])).toEqual(faults);
    for (const fault of detail)
      expect(fault).toMatchObject({ msg: expect.any(String), input: expect.any(String) });
  });

  it.each([
    ['/data?limit=+5', 5],
    ['/data?limit=%205%20', 5],
    ['/data?limit=1000', 1000],
  ])('%s is a whole number', async (url, limit) => {
    expect((await app.inject(url)).json()).toMatchObject({ pagination: { limit } });
  });
});

/** Percent-encodes by UTF-8; half a surrogate pair, which no URL can hold, is left out. */
const escape = (text: string): string => encodeURIComponent(text.toWellFormed());
