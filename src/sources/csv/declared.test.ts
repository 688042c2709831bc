import { describe, expect, it } from 'vitest';
import { coins } from './testing.ts';

const declared = (text: string, options = {}) => coins(text, options).map(({ declaredIds }) => declaredIds);

describe('ids of other sources in a file', () => {
  it('are declared by columns named after them, whatever the file’s own ids are', () => {
    const text = `id,symbol,CoinGecko ID,coinpaprika_id,price
1,BTC,bitcoin,btc-bitcoin,1
2,ETH,,eth-ethereum,2
3,XRP,N/A,,3
`;
    expect(declared(text)).toEqual([
      [
        { source: 'coingecko', sourceCoinId: 'bitcoin' },
        { source: 'coinpaprika', sourceCoinId: 'btc-bitcoin' },
      ],
      [{ source: 'coinpaprika', sourceCoinId: 'eth-ethereum' }],
      undefined,
    ]);
    expect(coins(text).map(({ sourceCoinId }) => sourceCoinId)).toEqual(['1', '2', '3']);
  });

  it('that are none cost only themselves', () => {
    const long = 'x'.repeat(201);
    expect(coins(`symbol,coingecko_id,price\nBTC,${long},1\n`)).toMatchObject([
      { sourceCoinId: 'BTC', cellIssues: [{ path: 'coingecko_id', code: 'invalid_id' }] },
    ]);
  });

  it('are those of an export of CoinGecko itself', () => {
    const text =
      'id,symbol,current_price,market_cap_rank,last_updated\nbitcoin,btc,1,1,2026-01-01T00:00:00Z\n';
    expect(declared(text)).toEqual([[{ source: 'coingecko', sourceCoinId: 'bitcoin' }]]);
  });

  it('may be what a mapping says its ids are, or the same in every row', () => {
    const columns = { id: ['id'], price: ['price'] };
    const mappings = new Map<string, unknown>([
      ['mine', { name: 'mine', columns, idsOf: 'coinpaprika' }],
      ['one', { name: 'one', columns, constants: { coingeckoId: 'bitcoin' } }],
    ]);
    const text = 'id,price\nbtc-bitcoin,1\n';
    expect(declared(text, { mapping: 'mine', mappings })).toEqual([
      [{ source: 'coinpaprika', sourceCoinId: 'btc-bitcoin' }],
    ]);
    expect(declared(text, { mapping: 'one', mappings })).toEqual([
      [{ source: 'coingecko', sourceCoinId: 'bitcoin' }],
    ]);
  });
});
