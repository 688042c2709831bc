import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pageEvent, settingsOf } from '../test-source-poll.ts';
import { coingecko } from './index.ts';
import { markets } from './feed.ts';

const fixture = (name: string): Uint8Array =>
  readFileSync(join(import.meta.dirname, '../../../fixtures/coingecko', name));
const requestIn = (currency: string) => markets.request(settingsOf(coingecko, { VS_CURRENCY: currency }), 1);
const read = (body: Uint8Array, currency = 'usd') => markets.toRecords(pageEvent(requestIn(currency), body));
const readOne = (fields: object) => read(new TextEncoder().encode(JSON.stringify([fields])));
const coin = { id: 'a', symbol: 'a', name: 'A' };

describe('markets', () => {
  it('asks for full precision and every window that a record keeps', () => {
    expect(markets.request({ ...settingsOf(coingecko), currency: 'EUR' }, 3)).toEqual({
      path: '/coins/markets',
      params: {
        vs_currency: 'eur',
        order: 'market_cap_desc',
        per_page: 250,
        page: 3,
        precision: 'full',
        price_change_percentage: '1h,24h,7d,30d',
      },
    });
  });

  it('takes the rate-limit object that comes with status 200 for no page', () => {
    expect(markets.check(fixture('too-many-requests.json'), requestIn('usd'))).toMatchObject({
      kind: 'wrong',
      reason: "error instead of a list: You've exceeded the Rate Limit.",
    });
  });

  it('takes an empty list for the last page', () => {
    expect(markets.check(new TextEncoder().encode('[]'), requestIn('usd'))).toEqual({
      kind: 'page',
      records: 0,
      last: true,
    });
  });
});

describe('toRecords', () => {
  const records = read(fixture('markets.json'));

  it('reads every value of a coin', () => {
    expect(records[0]).toEqual({
      kind: 'coin',
      index: 0,
      sourceCoinId: 'bitcoin',
      symbol: 'BTC',
      name: 'Bitcoin',
      imageUrl: 'https://images.example.org/bitcoin.png',
      quotes: [
        {
          currency: 'USD',
          price: '64321.987654321',
          marketCap: '1267000000000',
          volume24h: '31000000000.5',
          fullyDilutedValuation: '1350761740741',
          percentChange1h: '0.0421',
          percentChange24h: '-0.18712345',
          percentChange7d: '2.5',
          percentChange30d: '-10.75',
          high24h: '65000',
          low24h: '63000.25',
          ath: '73750',
          circulatingSupply: '19698000',
          totalSupply: '21000000',
          maxSupply: '21000000',
          rank: 1,
          observedAt: new Date('2026-01-02T03:03:50.120Z'),
          observedAtBasis: 'source',
        },
      ],
    });
  });

  it('tells unknown from zero, and keeps a coin without a price', () => {
    expect(records[1]).toMatchObject({
      sourceCoinId: 'boringdao-[old]',
      name: 'BoringDAO [OLD]',
      imageUrl: null,
      quotes: [
        {
          price: null,
          marketCap: '0',
          volume24h: '0',
          maxSupply: null,
          rank: null,
          observedAtBasis: 'received',
        },
      ],
    });
  });

  it('lets no time of 2099 in, reads rank 0 as none, and a real symbol NAN as a symbol', () => {
    expect(records[2]).toMatchObject({
      symbol: 'NAN',
      quotes: [
        {
          price: '6.73e-11',
          percentChange24h: '9918.25',
          rank: null,
          observedAt: new Date('2026-01-02T03:04:05Z'),
        },
      ],
    });
  });

  it('keeps digits that a double would lose', () => {
    expect(records[3]).toMatchObject({
      quotes: [{ price: '87270.00000000000001', marketCap: '123456789012345678901' }],
    });
  });

  it('takes the currency from the request, for the body does not say it', () => {
    expect(read(fixture('markets.json'), 'EUR')[0]).toMatchObject({ quotes: [{ currency: 'EUR' }] });
    const event = { ...pageEvent(requestIn('usd'), fixture('markets.json')), metadata: {} };
    expect(() => markets.toRecords(event)).toThrow('vs_currency');
  });

  it('needs only id, symbol and name', () => {
    expect(readOne(coin)).toMatchObject([{ kind: 'coin', quotes: [{ price: null }] }]);
    expect(readOne({ ...coin, symbol: ' \u200b', name: '' })).toMatchObject([{ symbol: null, name: null }]);
    expect(readOne({})).toMatchObject([
      { kind: 'rejected', issues: [{ path: 'id' }, { path: 'symbol' }, { path: 'name' }] },
    ]);
  });

  it.each([
    ['last_updated', 'yesterday'],
    ['last_updated', 1_767_322_985],
    ['current_price', '64000'],
    ['market_cap_rank', 1.5],
    ['market_cap_rank', -1],
    ['id', 'x'.repeat(201)],
    ['name', 'x'.repeat(501)],
  ])('rejects a record whose %s is %s', (path, value) => {
    expect(readOne({ ...coin, [path]: value })).toMatchObject([{ kind: 'rejected', issues: [{ path }] }]);
  });
});
