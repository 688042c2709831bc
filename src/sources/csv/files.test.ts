import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SourceRecord } from '../record.ts';
import { isSandboxFile } from './header.ts';
import { readWhole } from './testing.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const payloads = path.resolve(root, '../shared/payloads/csv');
const receivedAt = new Date('2026-01-01T00:00:00Z');
const modifiedAt = new Date('2025-06-01T00:00:00Z');

const readFile = (folder: string, name: string) =>
  readWhole(readFileSync(path.join(folder, name)), receivedAt, modifiedAt);

const count = (records: SourceRecord[], kind: SourceRecord['kind']): number =>
  records.filter((record) => record.kind === kind).length;

/** How often each issue occurs, as `invalid_date Date`. */
function issueCounts(records: SourceRecord[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const record of records) {
    if (record.kind !== 'rejected') continue;
    for (const { code, path } of record.issues)
      counts[`${code} ${path}`] = (counts[`${code} ${path}`] ?? 0) + 1;
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
});

describe.skipIf(!existsSync(payloads))('the recorded files (skipped without ../shared/payloads/csv)', () => {
  test.each([
    ['coinmarketcap_2017-12-06_1326.csv', 'coinmarketcap-v1', 1326, ['column_1', 'price_btc']],
    ['ohlc_ethereum.csv', 'ohlc', 2160, ['SNo', 'High', 'Low', 'Open']],
    ['scrape_dollar_strings_2025-01.csv', 'plain', 500, []],
    ['small_plain_headers.csv', 'plain', 10, []],
    ['small_usd_suffixed_headers.csv', 'plain', 10, []],
  ])('%s is of the kind %s, and all its %d rows are read', (name, mapping, rows, unmapped) => {
    const { description, chunks, records } = readFile(payloads, name);
    expect(description).toMatchObject({ mapping, delimiter: ',', unmapped });
    expect(chunks.reduce((sum, chunk) => sum + chunk.records, 0)).toBe(rows);
    expect([records.length, count(records, 'coin')]).toEqual([rows, rows]);
  });

  test('an export with Python objects over several lines keeps its rows whole', () => {
    const { description, records } = readFile(payloads, 'coingecko_export_pandas_2021-07.csv');
    expect(description.mapping).toBe('coingecko-export');
    expect([records.length, count(records, 'coin')]).toEqual([250, 250]);
    expect(records[1]).toMatchObject({
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

  test('of a file that a spreadsheet mangled nothing is read, and every row says why', () => {
    const { records } = readFile(payloads, 'ohlc_bitcoin_spreadsheet_mangled.csv');
    expect([records.length, count(records, 'coin'), count(records, 'rejected')]).toEqual([2991, 0, 2991]);
    expect(issueCounts(records)).toEqual({ 'invalid_date Date': 2991, 'invalid_number Close': 2794 });
    expect(records.at(-1)).toMatchObject({ line: 2992 });
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
