import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consensusOf, type ConsensusQuote } from './consensus.ts';
import { exactOf, exactText, medianOf } from './decimal.ts';
import { testTime } from './testing.ts';

const minuteMs = 60_000;

function quoteOf(source: string, price: string | null, known: Partial<ConsensusQuote> = {}): ConsensusQuote {
  const unknown = {
    marketCap: null,
    volume24h: null,
    fullyDilutedValuation: null,
    high24h: null,
    low24h: null,
    ath: null,
    percentChange1h: null,
    percentChange24h: null,
    percentChange7d: null,
    percentChange30d: null,
    circulatingSupply: null,
    totalSupply: null,
    maxSupply: null,
    rank: null,
  };
  const base = { sourceCoinId: 'bitcoin', currency: 'USD', observedAt: testTime };
  return { source, ...base, ...unknown, price, ...known };
}
const ago = (minutes: number): Date => new Date(testTime.getTime() - minutes * minuteMs);
const exclusions = (quotes: readonly ConsensusQuote[]): Record<string, string | null> =>
  Object.fromEntries(consensusOf(quotes).quotes.map(({ quote, exclusion }) => [quote.source, exclusion]));

const price = fc.oneof(
  fc.constantFrom(null, '0', '-1', '1e-18', '1e30', '21000000.0', '6.73e-06'),
  fc.double({ min: 0.9, max: 2, noNaN: true }).map(String),
);
const quotes = fc.array(
  fc
    .record({
      source: fc.constantFrom('coingecko', 'coinpaprika', 'csv', 'x'),
      sourceCoinId: fc.constantFrom('a', 'b', 'c'),
      price,
      currency: fc.constantFrom('USD', 'USD', 'USD', 'EUR'),
      marketCap: fc.constantFrom(null, '100', '5e12'),
      circulatingSupply: fc.constantFrom(null, '100'),
      rank: fc.constantFrom(null, 1, 7),
      minutes: fc.nat(120),
    })
    .map(({ source, price, minutes, ...known }) =>
      quoteOf(source, price, { ...known, observedAt: ago(minutes) }),
    ),
  { maxLength: 8 },
);

describe('the consensus of quotes', () => {
  it('is the same in whatever order the quotes come', () => {
    const shuffled = quotes.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        expect(consensusOf(other)).toEqual(consensusOf(list));
      }),
    );
  });

  it('never lies outside the quotes it used, and uses one wherever there is a USD price', () => {
    fc.assert(
      fc.property(quotes, (list) => {
        const { values, quotes, quotesUsed, method, spreadPercent } = consensusOf(list);
        const used = quotes
          .filter(({ exclusion }) => exclusion === null)
          .map(({ quote }) => Number(quote.price));
        expect(used.length).toBe(quotesUsed);
        const hasPrice = list.some(({ price, currency }) => currency === 'USD' && Number(price) > 0);
        expect(quotesUsed > 0).toBe(hasPrice);
        expect(method === 'none').toBe(!hasPrice);
        if (!hasPrice) return;
        expect(Number(values.price)).toBeGreaterThanOrEqual(Math.min(...used));
        expect(Number(values.price)).toBeLessThanOrEqual(Math.max(...used));
        expect(spreadPercent === null).toBe(used.length < 2);
      }),
    );
  });

  it('is a price that was received, digit for digit, or the exact mean of two', () => {
    const odd = [quoteOf('a', '0.1'), quoteOf('b', '0.10000000000000000001'), quoteOf('c', '1.2e-1')];
    expect(consensusOf(odd).values.price).toBe('0.10000000000000000001');
    expect(medianOf(['0.1', '0.2'])).toBe('0.15');
    expect(medianOf(['1e-18', '3E-18'])).toBe('0.000000000000000002');
    expect(medianOf(['1.0e+30', '1e30'])).toBe('1.0e+30');
    expect(medianOf(['1e30', '2e30'])).toBe(`15${'0'.repeat(29)}`);
    expect(medianOf(['-1.5', '-0.25', null, 'N/A', '1e999'])).toBe('-0.875');
    expect(exactText(exactOf('-0') ?? { digits: 1n, exponent: 0 })).toBe('0');
  });

  it('leaves a wild quote out where others agree', () => {
    const list = [quoteOf('coingecko', '100'), quoteOf('coinpaprika', '101'), quoteOf('csv', '9999')];
    expect(consensusOf(list)).toMatchObject({ method: 'trimmed', values: { price: '100.5' }, quotesUsed: 2 });
    expect(exclusions(list)).toEqual({ coingecko: null, coinpaprika: null, csv: 'OUTLIER' });
  });

  it('takes, of two that tell of two things, the one whose own figures fit', () => {
    const sound = { marketCap: '2000', circulatingSupply: '20' };
    const list = [quoteOf('coingecko', '10000', sound), quoteOf('coinpaprika', '100', sound)];
    expect(exclusions(list)).toEqual({ coingecko: 'OUTLIER', coinpaprika: null });
    expect(consensusOf(list)).toMatchObject({
      method: 'trusted',
      values: { price: '100' },
      spreadPercent: null,
    });
    const ranked = [quoteOf('coingecko', '10000'), quoteOf('coinpaprika', '100', { rank: 7 })];
    expect(exclusions(ranked)).toEqual({ coingecko: 'OUTLIER', coinpaprika: null });
  });

  it('leaves out what is stale beside the newest of the coin, and nothing for its age alone', () => {
    const list = [quoteOf('coingecko', '100'), quoteOf('coinpaprika', '101', { observedAt: ago(61) })];
    expect(exclusions(list)).toEqual({ coingecko: null, coinpaprika: 'STALE' });
    const old = list.map((quote) => ({ ...quote, observedAt: new Date('2014-01-01T00:00:00Z') }));
    expect(consensusOf(old)).toMatchObject({ method: 'median', quotesUsed: 2, spreadPercent: 0.995 });
  });

  it('says of each quote why it was not used', () => {
    const list = [
      quoteOf('a', null),
      quoteOf('b', '1', { currency: 'EUR' }),
      quoteOf('c', '0'),
      quoteOf('d', '5'),
    ];
    expect(exclusions(list)).toEqual({ a: 'NO_PRICE', b: 'NOT_USD', c: 'NO_PRICE', d: null });
    expect(consensusOf(list)).toMatchObject({ method: 'only', quotesUsed: 1, quotesTotal: 4 });
  });

  it('never makes up a supply or a rank that no source has said', () => {
    const list = [
      quoteOf('coingecko', '1', { circulatingSupply: '100', rank: 3, marketCap: '100' }),
      quoteOf('coinpaprika', '1', { circulatingSupply: '120', rank: 4, marketCap: '120' }),
    ];
    expect(consensusOf(list).values).toMatchObject({ circulatingSupply: '100', rank: 3, marketCap: '110' });
  });
});
