import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SourceRecord } from '../record.ts';
import { isSandboxFile } from './header.ts';
import { mappingSchema } from './mapping-schema.ts';
import { type ReadOptions, readWhole } from './testing.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const payloads = path.resolve(root, '../shared/payloads/csv');
const receivedAt = new Date('2026-06-01T00:00:00Z');
const modifiedAt = new Date('2025-06-01T00:00:00Z');

const readFile = (folder: string, name: string, options: ReadOptions = {}) =>
  readWhole(readFileSync(path.join(folder, name)), receivedAt, { modifiedAt, ...options });

const count = (records: SourceRecord[], kind: SourceRecord['kind']): number =>
  records.filter((record) => record.kind === kind).length;

const countsOf = (records: SourceRecord[]) => [
  records.length,
  count(records, 'coin'),
  count(records, 'rejected'),
  count(records, 'skipped'),
];

/** How often each thing is wrong, as `invalid_date Date`: of rejected rows, or of cells that were not kept. */
function issueCounts(records: SourceRecord[], kind: 'rejected' | 'coin'): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const record of records) {
    if (record.kind !== kind) continue;
    const issues = record.kind === 'rejected' ? record.issues : (record.cellIssues ?? []);
    for (const { code, path } of issues)
      counts[`${code} ${path}`.trim()] = (counts[`${code} ${path}`.trim()] ?? 0) + 1;
  }
  return counts;
}

describe('the fixtures', () => {
  const fixtures = path.join(root, 'fixtures/csv');

  test('are read whole and right', () => {
    const { records, description } = readFile(fixtures, 'plain.csv');
    expect(description.unmapped).toEqual([]);
    expect(records.map((record) => record.kind)).toEqual(['coin', 'coin', 'coin', 'coin', 'coin']);
    expect(records[0]).toMatchObject({
      sourceCoinId: 'BTC',
      name: 'Bitcoin',
      quotes: [{ price: '43250.5', percentChange24h: '2.34', rank: 1, currency: 'USD' }],
    });
    expect(records[4]).toMatchObject({ quotes: [{ price: '0.0000095', volume24h: null }] });
  });

  test('of the sandbox say so', () => {
    expect(isSandboxFile(readFile(fixtures, 'sandbox.csv').description)).toBe(true);
    expect(isSandboxFile(readFile(fixtures, 'plain.csv').description)).toBe(false);
  });

  test('of another country are read by a mapping of their own', () => {
    const german: unknown = JSON.parse(readFileSync(path.join(fixtures, 'german-mapping.json'), 'utf8'));
    const { name } = mappingSchema.parse(german);
    const { records } = readFile(fixtures, 'german.csv', {
      mapping: name,
      mappings: new Map([[name, german]]),
    });
    expect(countsOf(records)).toEqual([3, 3, 0, 0]);
    expect(records[0]).toMatchObject({
      sourceCoinId: 'BTC',
      quotes: [
        {
          price: '82450.75',
          currency: 'EUR',
          marketCap: '1635000000000',
          percentChange24h: '1.85',
          observedAt: new Date('2026-01-12T23:00:00Z'),
        },
      ],
    });
  });

  test('that are damaged lose what is damaged, each with its reason, and nothing else', () => {
    const { records } = readFile(fixtures, 'damaged.csv');
    expect(records.map(({ kind }) => kind)).toEqual([
      'coin',
      'rejected',
      'coin',
      'skipped',
      'rejected',
      'rejected',
      'coin',
      'coin',
    ]);
    expect(issueCounts(records, 'rejected')).toEqual({ malformed: 1, ragged: 1, 'invalid_number price': 1 });
    expect(issueCounts(records, 'coin')).toEqual({ 'mangled_number volume': 1, 'display_rounded price': 1 });
  });
});

interface Expected {
  mapping: string;
  identifiedBy: string;
  unmapped: string[];
  /** Read, accepted, rejected, skipped. */
  counts: number[];
  nulled: Record<string, number>;
}

const recorded: [string, Expected][] = [
  // Its first column has no label, and price_btc is another currency's. `$$$` and `INF` are symbols.
  [
    'coinmarketcap_2017-12-06_1326.csv',
    {
      mapping: 'coinmarketcap-v1',
      identifiedBy: 'id',
      unmapped: ['column1', 'price_btc'],
      counts: [1326, 1326, 0, 0],
      nulled: {},
    },
  ],
  // One coin, a row a day: its close is its price; the day's high and low are not those of 24 hours.
  [
    'ohlc_ethereum.csv',
    {
      mapping: 'ohlc',
      identifiedBy: 'symbol',
      unmapped: ['SNo', 'High', 'Low', 'Open'],
      counts: [2160, 2160, 0, 0],
      nulled: {},
    },
  ],
  // Of 2,991 closes a spreadsheet destroyed 2,794; 34 whole numbers, 160 such as 97.75 and 3 such as 478.375 are left.
  // The rows that are left have no destroyed volume. The days 13 to 31 and 01 to 08 prove DD-MM-YY.
  [
    'ohlc_bitcoin_spreadsheet_mangled.csv',
    {
      mapping: 'ohlc',
      identifiedBy: 'symbol',
      unmapped: ['SNo', 'High', 'Low', 'Open'],
      counts: [2991, 197, 2794, 0],
      nulled: {},
    },
  ],
  // 34 coins are cheaper than half a cent, and were shown as $0.00: their price is not known.
  [
    'scrape_dollar_strings_2025-01.csv',
    {
      mapping: 'plain',
      identifiedBy: 'name',
      unmapped: [],
      counts: [500, 500, 0, 0],
      nulled: { 'display_rounded price': 34 },
    },
  ],
  // Python objects over several lines belong to a column that nobody takes, as do changes in dollars and past dates.
  [
    'coingecko_export_pandas_2021-07.csv',
    {
      mapping: 'coingecko-export',
      identifiedBy: 'id',
      unmapped: [
        'price_change_24h',
        'market_cap_change_24h',
        'market_cap_change_percentage_24h',
        'ath_change_percentage',
        'ath_date',
        'atl',
        'atl_change_percentage',
        'atl_date',
        'roi',
        'price_change_percentage_1y_in_currency',
        'price_change_percentage_200d_in_currency',
      ],
      counts: [250, 250, 0, 0],
      nulled: {},
    },
  ],
  [
    'small_plain_headers.csv',
    { mapping: 'plain', identifiedBy: 'symbol', unmapped: [], counts: [10, 10, 0, 0], nulled: {} },
  ],
  [
    'small_usd_suffixed_headers.csv',
    { mapping: 'plain', identifiedBy: 'id', unmapped: [], counts: [10, 10, 0, 0], nulled: {} },
  ],
];

describe.skipIf(!existsSync(payloads))('the recorded files (skipped without ../shared/payloads/csv)', () => {
  test.each(recorded)('%s: no row is lost, and each that is not kept says why', (name, expected) => {
    const { description, chunks, records } = readFile(payloads, name);
    const { mapping, identifiedBy, unmapped } = expected;
    expect(description).toMatchObject({ mapping, identifiedBy, unmapped, delimiter: ',' });
    expect(countsOf(records)).toEqual(expected.counts);
    expect(issueCounts(records, 'coin')).toEqual(expected.nulled);
    expect(chunks.reduce((sum, chunk) => sum + chunk.records, 0)).toBe(records.length);
    expect(
      Buffer.concat(chunks.map(({ bytes }) => bytes)).equals(readFileSync(path.join(payloads, name))),
    ).toBe(true);
  });

  test('an export with Python objects over several lines has the numbers of its rows', () => {
    expect(readFile(payloads, 'coingecko_export_pandas_2021-07.csv').records[1]).toMatchObject({
      sourceCoinId: 'ethereum',
      symbol: 'ETH',
      quotes: [
        {
          price: '2143.05',
          marketCap: '249972081395',
          rank: 2,
          fullyDilutedValuation: null,
          volume24h: '21127894251',
          percentChange24h: '-0.01378',
          circulatingSupply: '116631404.0615',
          ath: '4356.99',
          observedAt: new Date('2021-07-10T04:40:06.323Z'),
        },
      ],
    });
  });

  test('what a spreadsheet left of a history is read, and what it destroyed is told', () => {
    const { records } = readFile(payloads, 'ohlc_bitcoin_spreadsheet_mangled.csv');
    expect(issueCounts(records, 'rejected')).toEqual({ 'mangled_number Close': 2794 });
    expect(records.at(-1)).toMatchObject({ kind: 'rejected', line: 2992 });
    expect(records[1]).toMatchObject({
      quotes: [{ price: '139', marketCap: '1542813125', observedAt: new Date('2013-04-30T23:59:00Z') }],
    });
  });

  test('the numbers are those of the file', () => {
    expect(readFile(payloads, 'coinmarketcap_2017-12-06_1326.csv').records[0]).toMatchObject({
      sourceCoinId: 'bitcoin',
      symbol: 'BTC',
      quotes: [
        {
          currency: 'USD',
          price: '12739.5',
          volume24h: '9007640000',
          marketCap: '213049346738',
          circulatingSupply: '16723525',
          maxSupply: '21000000',
          percentChange1h: '0.12',
          percentChange7d: '17.45',
          rank: 1,
          observedAt: new Date('2017-12-06T08:39:14Z'),
          observedAtBasis: 'source',
        },
      ],
    });
    expect(readFile(payloads, 'ohlc_ethereum.csv').records[0]).toMatchObject({
      sourceCoinId: 'ETH',
      quotes: [
        { price: '0.7533249855041504', volume24h: '674188', observedAt: new Date('2015-08-08T23:59:59Z') },
      ],
    });
  });

  test('a price rounded to nothing for display is unknown, and the coin is kept', () => {
    const { records } = readFile(payloads, 'scrape_dollar_strings_2025-01.csv');
    expect(records[0]).toMatchObject({ quotes: [{ price: '104776.75', observedAt: modifiedAt }] });
    expect(records[0]).toMatchObject({ quotes: [{ observedAtBasis: 'file' }] });
    const unpriced = records.filter((record) => record.kind === 'coin' && record.quotes[0]?.price === null);
    expect(unpriced).toHaveLength(34);
    expect(unpriced).toContainEqual(expect.objectContaining({ sourceCoinId: 'Shiba Inu' }));
  });
});
