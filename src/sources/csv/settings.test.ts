import { describe, expect, test } from 'vitest';
import { toRecords } from './records.ts';
import { coins, modifiedAt, nulled, quoteOf, readWhole, receivedAt, rejects } from './testing.ts';

describe('a number that two countries read differently', () => {
  const text = 'id;price\nbtc;1.234\neth;2.345\n';

  test('is rejected as a price where nothing tells', () => {
    expect(rejects(text)).toEqual(['2 ambiguous_number price', '3 ambiguous_number price']);
  });

  test('is what its column proves, also in a chunk that proves nothing', () => {
    const proof = 'xrp;0,5\n';
    const limits = { chunkBytes: 1, unitsMax: 1000 };
    expect(coins(text + proof, { limits }).map(({ quotes }) => quotes[0]?.price)).toEqual([
      '1234',
      '2345',
      '0.5',
    ]);
  });

  test('is what was declared, before what the column proves', () => {
    expect(quoteOf(text, { decimalSeparator: ',' })?.price).toBe('1234');
    expect(quoteOf(text, { decimalSeparator: '.' })?.price).toBe('1.234');
    expect(rejects('id,price\nbtc,0.5\n', { decimalSeparator: ',' })).toEqual(['2 invalid_number price']);
  });
});

describe('the time of a row', () => {
  test('is its own date', () => {
    expect(quoteOf('id,price,date\nbtc,1,2024-01-15\n')).toMatchObject({
      observedAt: new Date('2024-01-15T00:00:00Z'),
      observedAtBasis: 'source',
    });
  });

  test('is read in the order that the dates of the head prove', () => {
    const text = 'id,price,date\nbtc,1,03-07-21 23:59\nbtc,2,13-07-21 23:59\n';
    const times = coins(text).map(({ quotes }) => quotes[0]?.observedAt.toISOString());
    expect(times).toEqual(['2021-07-03T23:59:00.000Z', '2021-07-13T23:59:00.000Z']);
  });

  test('is read as declared, in the declared zone', () => {
    const options = { dateFormat: 'MM-DD-YY', timeZone: 'Europe/Berlin' };
    expect(quoteOf('id,price,date\nbtc,1,03-07-21\n', options)?.observedAt).toEqual(
      new Date('2021-03-06T23:00:00Z'),
    );
    expect(rejects('id,price,date\nbtc,1,2021-03-07\n', options)).toEqual(['2 invalid_date date']);
  });

  test('is ours where its own cannot be true, which is told', () => {
    for (const date of ['2008-12-31', '2026-01-01 00:06', '2099-01-01']) {
      const text = `id,price,date\nbtc,1,${date}\n`;
      expect(quoteOf(text)).toMatchObject({ observedAt: receivedAt, observedAtBasis: 'received' });
      expect(nulled(text)).toEqual(['btc implausible_date date']);
    }
  });

  test('is the file’s where it has none, and ours where the file’s cannot be true', () => {
    const text = 'id,price\nbtc,1\n';
    expect(quoteOf(text)).toMatchObject({ observedAt: modifiedAt, observedAtBasis: 'file' });
    expect(quoteOf(text, { modifiedAt: null })).toMatchObject({
      observedAt: receivedAt,
      observedAtBasis: 'received',
    });
    expect(quoteOf(text, { modifiedAt: new Date('2030-01-01') })).toMatchObject({
      observedAtBasis: 'received',
    });
  });

  test('without a date is the file’s in a list, and never today’s in a history', () => {
    const list = 'id,price,date\nbtc,1,2024-01-15\neth,2,\n';
    expect(coins(list)[1]?.quotes[0]).toMatchObject({ observedAt: modifiedAt, observedAtBasis: 'file' });
    expect(rejects('id,price,date\nbtc,1,2024-01-15\nbtc,2,\n')).toEqual(['3 invalid_date date']);
  });
});

describe('the mapping of a file', () => {
  const own = { name: 'own', columns: { symbol: ['Coin'], price: ['Last'], volume24h: ['Vol'] } };
  const options = { mapping: 'own', mappings: new Map<string, unknown>([['own', own]]) };
  const text = 'Coin,Last,Mid,Vol\nbtc,1,2,"1.234,5"\n';

  test('is recorded by its name, so that one that is corrected changes what was read before', () => {
    const { events, description } = readWhole(Buffer.from(text), receivedAt, options);
    expect(description).toMatchObject({ mapping: 'own', unmapped: ['Mid'] });
    const corrected = {
      ...own,
      columns: { ...own.columns, price: ['Mid'] },
      quoteCurrency: 'EUR',
      decimalSeparator: ',',
    };
    const again = events.flatMap((event) => toRecords({ ...event, mappings: new Map([['own', corrected]]) }));
    expect(again).toMatchObject([{ quotes: [{ price: '2', currency: 'EUR', volume24h: '1234.5' }] }]);
  });

  test('that is not there any more is an error, not an empty answer', () => {
    const [event] = readWhole(Buffer.from(text), receivedAt, options).events;
    if (event === undefined) throw new Error('no chunk');
    expect(() => toRecords({ ...event, mappings: new Map() })).toThrow('no mapping is named "own"');
  });

  test('may say what is the same in every row', () => {
    const constants = { symbol: 'btc', date: '2024-01-15' };
    const mapping = { name: 'own', columns: { price: ['Last'] }, constants };
    expect(coins('Last,x\n5,\n', { mapping: 'own', mappings: new Map([['own', mapping]]) })).toMatchObject([
      { sourceCoinId: 'btc', symbol: 'BTC', quotes: [{ price: '5', observedAt: new Date('2024-01-15') }] },
    ]);
  });
});
