import { describe, expect, it } from 'vitest';
import { homeOf } from '../../src/identity/fold.ts';
import { coinKey, type SourceCoin } from '../../src/identity/source-coin.ts';
import { freshResolver, gecko, paprika, row, testTime } from '../../src/identity/testing.ts';

const areOne = (a: SourceCoin, b: SourceCoin, ...others: SourceCoin[]): boolean => {
  const state = freshResolver([a, b, ...others]).resolver.state();
  return homeOf(state, coinKey(a)) === homeOf(state, coinKey(b));
};
const on = (platform: string, address: string) => ({ contracts: [{ platform, address }] });
const solana = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v';
const dayBefore = new Date(testTime.getTime() - 23 * 3_600_000);

describe('pairs that look alike and are two', () => {
  it.each<[string, SourceCoin, SourceCoin]>([
    [
      'a coin and its wrapped one',
      gecko('wrapped-bitcoin', 'wbtc', 'Wrapped Bitcoin'),
      paprika('btc-bitcoin', 'BTC', 'Bitcoin'),
    ],
    [
      'a coin and its wrapped one of the same symbol',
      gecko('wrapped-gold', 'gld', 'Wrapped Gold'),
      paprika('gld-gold', 'GLD', 'Gold'),
    ],
    [
      'a coin and its staked one of the same symbol',
      gecko('staked-gold', 'gld', 'Staked Gold'),
      paprika('gld-gold', 'GLD', 'Gold'),
    ],
    [
      'a coin and the bridged one',
      gecko('gold-wormhole', 'gld', 'Gold (Wormhole)'),
      paprika('gld-gold', 'GLD', 'Gold'),
    ],
    [
      'a token and its second version',
      gecko('gold-v2', 'gld', 'Gold V2'),
      paprika('gld-gold', 'GLD', 'Gold'),
    ],
    ['an old and a new token', gecko('gold-old', 'gld', 'Gold [OLD]'), paprika('gld-gold', 'GLD', 'Gold')],
    [
      'a coin and its classic',
      gecko('gold-classic', 'gld', 'Gold Classic'),
      paprika('gld-gold', 'GLD', 'Gold'),
    ],
    ['two symbols under one name', gecko('gold', 'gld', 'Gold'), paprika('aur-gold', 'AUR', 'Gold')],
    [
      'a look-alike in Cyrillic',
      gecko('bitcoin-fake', 'btc', 'Віtсоіn'),
      paprika('btc-bitcoin', 'BTC', 'Bitcoin'),
    ],
    [
      'a symbol that looks alike',
      gecko('bitcoin', 'ВТС', 'Bitcoin'),
      paprika('btc-bitcoin', 'BTC', 'Bitcoin'),
    ],
    ['one symbol and nothing else', gecko('alpha', 'one', 'Alpha'), paprika('one-beta', 'ONE', 'Beta')],
    [
      'addresses that differ in case on Solana',
      gecko('a', 'aaa', 'A', on('solana', solana)),
      paprika('b-b', 'BBB', 'B', on('sol-solana', solana.toLowerCase())),
    ],
    [
      'one address on two platforms',
      gecko('a', 'aaa', 'A', on('ethereum', '0xaa')),
      paprika('b-b', 'BBB', 'B', on('bnb-binance-coin', '0xaa')),
    ],
    [
      "the platform's own coin, which has no contract",
      gecko('a', 'aaa', 'A', on('ethereum', '0x0000000000000000000000000000000000000000')),
      paprika('b-b', 'BBB', 'B', on('eth-ethereum', '0x0000000000000000000000000000000000000000')),
    ],
    [
      'the same name at a price of another world',
      gecko('gold', 'gld', 'Gold', { priceUsd: '5' }),
      paprika('gld-gold', 'GLD', 'Gold', { priceUsd: '16', observedAt: dayBefore }),
    ],
    [
      'ranks a thousand apart, with nothing else to go by',
      gecko('gold', 'gld', 'Gold', { rank: 3 }),
      paprika('gld-gold', 'GLD', 'Gold', { rank: 1_900 }),
    ],
    [
      'a row whose symbol two coins share, at the price of neither',
      gecko('gold', 'gld', 'Gold', { priceUsd: '5' }),
      row('GLD', 'GLD', { priceUsd: '6' }),
    ],
    [
      'a swapped token that took a name',
      gecko('aave', 'aave', 'Aave'),
      paprika('lend-ethlend', 'LEND', 'Aave'),
    ],
  ])('%s', (_what, a, b) => {
    expect(areOne(a, b)).toBe(false);
  });

  it('a coin that was renamed into the name of another one leaves the other where it was', () => {
    const gold = gecko('gold', 'gld', 'Gold', { priceUsd: '5' });
    const goldPaprika = paprika('gld-gold', 'GLD', 'Gold', { priceUsd: '5' });
    const { resolver } = freshResolver([gold, goldPaprika, gecko('tin', 'tin', 'Tin', { priceUsd: '5' })]);
    resolver.update([gecko('tin', 'gld', 'Gold', { priceUsd: '5' })]);
    const state = resolver.state();
    expect(homeOf(state, coinKey(goldPaprika))).toBe('gold');
    expect(homeOf(state, 'coingecko:tin')).toBe('tin');
  });

  it('a namesake with a copied contract list takes nobody: whose contract it is cannot be told', () => {
    const [real, copy] = ['gold', 'gold-copy'].map((id) => gecko(id, 'gld', 'Gold', on('ethereum', '0xaa')));
    const other = paprika('aur-aurum', 'AUR', 'Aurum', on('eth-ethereum', '0xaa'));
    if (real === undefined || copy === undefined) throw new TypeError('two coins');
    expect([areOne(other, real, copy), areOne(other, copy, real)]).toEqual([false, false]);
  });
});

describe('pairs that look unlike and are one', () => {
  it.each<[string, SourceCoin, SourceCoin]>([
    [
      'a contract in another case',
      gecko('a', 'aaa', 'A', on('ethereum', '0xAbCd')),
      paprika('b-b', 'BBB', 'B', on('eth-ethereum', '0xaBcD')),
    ],
    ['a zero-width space', gecko('gold', 'gld', 'Go\u200bld'), paprika('gld-gold', 'GLD', 'Gold ')],
    ['a rebrand', gecko('zelcash', 'flux', 'Flux'), paprika('zel-zelcash', 'ZEL', 'ZelCash')],
    ['full-width letters', gecko('gold', 'ｇｌｄ', 'Ｇｏｌｄ'), paprika('gld-gold', 'GLD', 'Gold')],
  ])('%s', (_what, a, b) => {
    expect(areOne(a, b)).toBe(true);
  });
});
