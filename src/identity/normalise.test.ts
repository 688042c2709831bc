import { describe, expect, it } from 'vitest';
import { comparableName, normaliseSymbol, slugOf } from './normalise.ts';

const full = (name: string): string => comparableName(name).full;
const base = (name: string): string => comparableName(name).base;

describe('names made comparable', () => {
  it('takes one spelling for another: case, width, accents, blanks, invisible characters, punctuation', () => {
    for (const name of [
      'Bitcoin Cash',
      'BITCOIN-CASH',
      'bitcoin\u200b cash ',
      'Ｂitcoin Cash',
      'bitcoin_cash',
    ])
      expect(full(name)).toBe('bitcoincash');
    expect(full('yearn.finance')).toBe(full('Yearn Finance'));
    expect(full('Pokémon')).toBe('pokemon');
    expect(normaliseSymbol(' ｂｔｃ\u200b')).toBe('BTC');
  });

  it('never takes a look-alike of another script for the letter it looks like', () => {
    expect(full('Віtсоіn')).not.toBe('bitcoin');
    expect(normaliseSymbol('ВТС')).not.toBe('BTC');
  });

  it('leaves out words for the kind of thing it is, but never the only word', () => {
    expect(base('Pirate Chain')).toBe('pirate');
    expect(base('CyberVeinToken')).toBe('cybervein');
    expect(base('The Whive Protocol')).toBe('whive');
    expect(base('Token')).toBe('token');
    expect(base('MediBloc [QRC20]')).toBe('medibloc');
  });

  it('never takes the old, the wrapped or the bridged for the coin itself', () => {
    const plain = comparableName('Aave').qualifiers;
    for (const name of ['Aave [OLD]', 'Wrapped Aave', 'Bridged Aave (Polygon)', 'Aave v2', 'Aave IOU'])
      expect(comparableName(name).qualifiers).not.toBe(plain);
    expect(comparableName('Polygon').qualifiers).toBe('');
  });

  it('finds nothing to compare in a name without letters or digits', () => {
    expect(comparableName('🟥🟩')).toMatchObject({ full: '', base: '' });
    expect(comparableName(null).full).toBe('');
    expect(normaliseSymbol('🟥🟩')).toBe('🟥🟩');
  });

  it('reads the slug of an id, also when the symbol has changed since', () => {
    const slug = (sourceCoinId: string, symbol: string): string =>
      slugOf({ source: 'coinpaprika', sourceCoinId, symbol });
    expect(slug('btc-bitcoin', 'BTC')).toBe('bitcoin');
    expect(slug('hav-havven', 'SNX')).toBe('havven');
    expect(slug('nodash', 'X')).toBe('nodash');
    expect(slugOf({ source: 'coingecko', sourceCoinId: 'bitcoin-cash', symbol: 'bch' })).toBe('bitcoin-cash');
  });
});
