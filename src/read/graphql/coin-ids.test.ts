import { describe, expect, it } from 'vitest';
import { candidatesOf } from './coin-ids.ts';

const sources = ['coinpaprika', 'newcomer', 'coingecko', 'csv'];
const names = (id: string) =>
  candidatesOf(id, sources).map(({ source, sourceCoinId }) => `${source}/${sourceCoinId}`);

describe('what an id may mean', () => {
  it('is the coin of that name in the preferred sources first, then in any other', () => {
    expect(names('bitcoin')).toEqual([
      'coingecko/bitcoin',
      'coinpaprika/bitcoin',
      'csv/bitcoin',
      'newcomer/bitcoin',
    ]);
  });

  it('is the named source first where it names one, with the rest as it is', () => {
    expect(names('csv:a:b')[0]).toBe('csv/a:b');
  });

  it('is also a bare id that has a colon of its own', () => {
    expect(names('ibc:x')).toContain('csv/ibc:x');
  });
});
