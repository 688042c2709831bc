import { describe, expect, it } from 'vitest';
import { unknownQuote } from './record.ts';
import type { CoinRecord, QuoteValues } from './record.ts';
import { problemsOf } from './test-source-records.ts';

const quote: QuoteValues = {
  ...unknownQuote,
  currency: 'USD',
  price: '1.5e-8',
  observedAt: new Date(0),
  observedAtBasis: 'received',
};
const coin: CoinRecord = {
  kind: 'coin',
  index: 0,
  sourceCoinId: 'a',
  symbol: 'A',
  name: null,
  imageUrl: null,
  quotes: [quote],
};

describe('problemsOf', () => {
  it('finds nothing in a sound record', () => {
    expect(problemsOf([coin])).toEqual([]);
  });

  it.each<[string, Partial<CoinRecord>]>([
    ['a gap in the indexes', { index: 1 }],
    ['an empty id', { sourceCoinId: '' }],
    ['a symbol in lower case', { symbol: 'a' }],
    ['NUL in a name', { name: 'a\0' }],
    ['no quotes', { quotes: [] }],
    ['a currency in lower case', { quotes: [{ ...quote, currency: 'usd' }] }],
    ['two quotes in one currency', { quotes: [quote, quote] }],
    ['a number with a comma', { quotes: [{ ...quote, price: '1,5' }] }],
    ['NaN', { quotes: [{ ...quote, price: 'NaN' }] }],
    ['minus zero', { quotes: [{ ...quote, price: '-0' }] }],
    ['rank 0', { quotes: [{ ...quote, rank: 0 }] }],
    ['an invalid time', { quotes: [{ ...quote, observedAt: new Date(Number.NaN) }] }],
  ])('finds %s', (_what, change) => {
    expect(problemsOf([{ ...coin, ...change }])).toHaveLength(1);
  });

  it('finds a rejection without an issue and a skip without a reason', () => {
    expect(
      problemsOf([
        { kind: 'rejected', index: 0, line: null, issues: [] },
        { kind: 'skipped', index: 1, reason: '' },
      ]),
    ).toHaveLength(2);
  });
});
