import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pageEvent, settingsOf } from '../test-source-poll.ts';
import { tickers } from './feed.ts';
import { coinpaprika } from './index.ts';

const fixture = (name: string): Uint8Array =>
  readFileSync(join(import.meta.dirname, '../../../fixtures/coinpaprika', name));
const request = tickers.request(settingsOf(coinpaprika), 1);
const read = (body: Uint8Array) => tickers.toRecords(pageEvent(request, body));
const readOne = (fields: object) => read(new TextEncoder().encode(JSON.stringify([fields])));
const coin = { id: 'a-a', symbol: 'A', name: 'A', quotes: { USD: {} } };

describe('tickers', () => {
  it('asks once for all coins in the configured currency', () => {
    expect(tickers.request(settingsOf(coinpaprika, { VS_CURRENCY: 'eur' }), 1)).toEqual({
      path: '/tickers',
      params: { quotes: 'EUR' },
    });
    expect(tickers.check(fixture('tickers.json'), request)).toEqual({ kind: 'page', records: 3, last: true });
    expect(tickers.check(fixture('too-many-requests.json'), request)).toMatchObject({ kind: 'wrong' });
  });
});

describe('toRecords', () => {
  const records = read(fixture('tickers.json'));

  it('reads one quote per currency, each with supply, rank and time of the coin', () => {
    const shared = {
      fullyDilutedValuation: null,
      high24h: null,
      low24h: null,
      circulatingSupply: '19698000',
      totalSupply: '19698000',
      maxSupply: '21000000',
      rank: 1,
      observedAt: new Date('2026-01-02T03:02:10Z'),
      observedAtBasis: 'source',
    };
    expect(records[0]).toEqual({
      kind: 'coin',
      index: 0,
      sourceCoinId: 'btc-bitcoin',
      symbol: 'BTC',
      name: 'Bitcoin',
      imageUrl: null,
      quotes: [
        {
          ...shared,
          currency: 'USD',
          price: '64321.98765432187',
          marketCap: '1267000000000',
          volume24h: '31000000000.5',
          percentChange1h: '0.04',
          percentChange24h: '-0.19',
          percentChange7d: '2.5',
          percentChange30d: '-10.75',
          ath: '73750.07',
        },
        {
          ...shared,
          currency: 'BTC',
          price: '1',
          marketCap: '19698000',
          volume24h: '481950.25',
          percentChange1h: null,
          percentChange24h: null,
          percentChange7d: null,
          percentChange30d: null,
          ath: '1',
        },
      ],
    });
  });

  it('reads null, an empty text, absence and the zeros that mean unknown as unknown, other zeros as zero', () => {
    expect(records[1]).toMatchObject({
      symbol: '老板',
      quotes: [
        {
          price: '2e-8',
          volume24h: null,
          marketCap: '0',
          percentChange1h: null,
          percentChange24h: null,
          ath: null,
          circulatingSupply: null,
          totalSupply: '0',
          maxSupply: null,
          rank: null,
          observedAtBasis: 'received',
        },
      ],
    });
  });

  it('skips a coin without quotes, and says so', () => {
    const skipped = { kind: 'skipped', reason: 'no quotes in any currency' };
    expect(records[2]).toEqual({ ...skipped, index: 2 });
    expect(readOne({ ...coin, quotes: { USD: null } })).toEqual([{ ...skipped, index: 0 }]);
  });

  it.each<[string, object]>([
    ['id', { id: '' }],
    ['symbol', { symbol: null }],
    ['quotes', { quotes: undefined }],
    ['quotes.USD.price', { quotes: { USD: { price: true } } }],
    ['quotes.U$D', { quotes: { U$D: {} } }],
    ['rank', { rank: '1' }],
    ['last_updated', { last_updated: 'yesterday' }],
  ])('rejects a record with a bad %s', (path, change) => {
    expect(readOne(coin)).toMatchObject([{ kind: 'coin' }]);
    expect(readOne({ ...coin, ...change })).toMatchObject([{ kind: 'rejected', issues: [{ path }] }]);
  });
});
