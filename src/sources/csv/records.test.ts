import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CoinRecord, SourceRecord } from '../record.ts';
import { toRecords } from './records.ts';
import { readWhole } from './testing.ts';

const receivedAt = new Date('2026-01-01T00:00:00Z');
const modifiedAt = new Date('2025-12-31T12:00:00Z');

const read = (text: string | Uint8Array, modified: Date | null = modifiedAt): SourceRecord[] =>
  readWhole(typeof text === 'string' ? Buffer.from(text) : text, receivedAt, modified).records;

function coins(text: string, modified?: Date | null): CoinRecord[] {
  return read(text, modified).filter((record) => record.kind === 'coin');
}

const quoteOf = (text: string, modified?: Date | null) => coins(text, modified)[0]?.quotes[0];

/** `line code path` of every issue of every rejected record. */
function rejects(text: string | Uint8Array): string[] {
  return read(text).flatMap((record) =>
    record.kind === 'rejected'
      ? record.issues.map((issue) => `${record.line} ${issue.code} ${issue.path}`.trim())
      : [],
  );
}

describe('a nasty row is rejected with its line, and the rest is read', () => {
  const rows: [string, string, string][] = [
    ['too few cells', 'eth', '3 ragged'],
    ['too many cells', 'eth,1,2024-01-01,x', '3 ragged'],
    ['a blank but not empty line', '  ', '3 ragged'],
    ['text behind a quote', '"eth"x,1,2024-01-01', '3 malformed'],
    ['no id', ',1,2024-01-01', '3 invalid_id id'],
    ['a long id', `${'x'.repeat(201)},1,2024-01-01`, '3 invalid_id id'],
    ['a decimal comma', 'eth,"1,23",2024-01-01', '3 invalid_number price'],
    ['a negative price', 'eth,-1,2024-01-01', '3 negative price'],
    ['a foreign sign', 'eth,€5,2024-01-01', '3 invalid_number price'],
    ['a date of two readings', 'eth,1,03-07-21', '3 invalid_date date'],
    ['no date', 'eth,1,', '3 invalid_date date'],
  ];
  test.each(rows)('%s', (_what, row, expected) => {
    const text = `id,price,date\nbtc,1,2024-01-01\n${row}\n\nxrp,0.5,2024-01-01\n`;
    expect(rejects(text)).toEqual([expected]);
    expect(read(text).map((record) => [record.index, record.kind])).toEqual([
      [0, 'coin'],
      [1, 'rejected'],
      [2, 'coin'],
    ]);
  });

  test('bytes that are no UTF-8, and a NUL, beyond the head of the file', () => {
    const good = `xrp,0.5,${'x'.repeat(2000)}\n`.repeat(600);
    const [before, between, after] = [`id,price,note\n${good}caf`, ',1,\n\0eth,1,\n', good];
    const bytes = Buffer.concat([Buffer.from(before), Buffer.of(0xe9), Buffer.from(between + after)]);
    expect(rejects(bytes)).toEqual(['602 encoding', '603 nul']);
    expect(read(bytes)).toHaveLength(1202);
  });

  test('with the right line also where chunks begin with empty lines', () => {
    const row = `\n\nbtc,x,${'y'.repeat(9000)}\n`;
    const lines = read(`id,price,note\n${row.repeat(100)}`).map(
      (record) => record.kind === 'rejected' && record.line,
    );
    expect(lines).toEqual(Array.from({ length: 100 }, (_, at) => 4 + 3 * at));
  });

  test('everything that is wrong with it is said at once', () => {
    expect(rejects('id,price,date\n,abc,soon\n')).toEqual([
      '2 invalid_id id',
      '2 invalid_date date',
      '2 invalid_number price',
    ]);
    const [record] = read('id,price\nbtc,abc\n');
    expect(record).toMatchObject({
      issues: [{ message: 'price: expected a number, found "abc"', expected: 'a number', received: 'abc' }],
    });
  });

  test('quotes, line breaks within them and other line ends are no damage', () => {
    for (const end of ['\n', '\r\n', '\r', '\r\r\n']) {
      const text = ['id,name,price', 'a,"x, ""y""\nz",1', '"b" , plain "quotes" ,2', 'c,,"3"'].join(end);
      const found = coins(text).map((coin) => [coin.sourceCoinId, coin.name, coin.quotes[0]?.price]);
      expect(found).toEqual([
        ['a', 'x, "y" z', '1'],
        ['b', 'plain "quotes"', '2'],
        ['c', null, '3'],
      ]);
      expect(rejects(text)).toEqual([]);
    }
  });
});

describe('values', () => {
  test('a bad optional cell is null and costs nothing else', () => {
    const [quote] = coins('id,price,rank,market_cap,change_24h\nbtc,1,x,"1,23",5%\n')[0]?.quotes ?? [];
    expect(quote).toMatchObject({ price: '1', rank: null, marketCap: null, percentChange24h: '5' });
  });

  test.each(['null', 'nan', 'on', 'INF', 'N/A', '-', 'TRUE', '000', '$$$', '老板'])(
    'the symbol %s is a symbol and an id',
    (symbol) => {
      expect(coins(`symbol,price\n${symbol},1\n`)).toMatchObject([
        { sourceCoinId: symbol, symbol: symbol.toUpperCase() },
      ]);
    },
  );

  test('an unknown price is null, and so is one rounded to nothing for display', () => {
    expect(quoteOf('id,price\npepe,$0.00\n')?.price).toBeNull();
    expect(quoteOf('id,price\npepe,nan\n')?.price).toBeNull();
    expect(quoteOf('id,price\npepe,0.0\n')?.price).toBe('0');
  });

  test('the currency is that of the label or of the row', () => {
    expect(quoteOf('id,price_eur\nbtc,€5\n')).toMatchObject({ currency: 'EUR', price: '5' });
    expect(quoteOf('id,price,currency\nbtc,5,gbp\n')).toMatchObject({ currency: 'GBP', price: '5' });
    expect(rejects('id,price,currency\nbtc,5,?\n')).toEqual(['2 invalid_currency currency']);
  });
});

describe('the time of a row', () => {
  test('is its own date', () => {
    expect(quoteOf('id,price,date\nbtc,1,2024-01-15\n')).toMatchObject({
      observedAt: new Date('2024-01-15T00:00:00Z'),
      observedAtBasis: 'source',
    });
  });

  test('is ours where its own cannot be true', () => {
    for (const date of ['2008-12-31', '2026-01-01 00:06', '2099-01-01']) {
      const quote = quoteOf(`id,price,date\nbtc,1,${date}\n`);
      expect(quote).toMatchObject({ observedAt: receivedAt, observedAtBasis: 'received' });
    }
  });

  test('is the file’s where it has none, and ours where the file’s cannot be true', () => {
    const text = 'id,price\nbtc,1\n';
    expect(quoteOf(text)).toMatchObject({ observedAt: modifiedAt, observedAtBasis: 'file' });
    expect(quoteOf(text, null)).toMatchObject({ observedAt: receivedAt, observedAtBasis: 'received' });
    expect(quoteOf(text, new Date('2030-01-01'))).toMatchObject({ observedAtBasis: 'received' });
  });
});

test('a row written by the rules is read as it was written', () => {
  const cell = fc.string({ unit: 'grapheme', maxLength: 12 });
  const row = fc.record({ id: cell, price: fc.double({ min: 0, max: 1e12, noNaN: true }), note: cell });
  const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
  fc.assert(
    fc.property(fc.array(row), fc.constantFrom(',', ';', '|', '\t'), (rows, delimiter) => {
      const usable = rows.filter(({ id }) => id.trim() !== '' && !id.includes('\0'));
      const lines = usable.map(({ id, price, note }) =>
        [quote(id), String(price), quote(note.replaceAll('\0', ''))].join(delimiter),
      );
      const text = [['id', 'price', 'note'].join(delimiter), ...lines].join('\r\n');
      expect(coins(text).map((coin) => [coin.sourceCoinId, Number(coin.quotes[0]?.price)])).toEqual(
        usable.map(({ id, price }) => [id.trim(), price]),
      );
    }),
  );
});

test('metadata of anything else than a chunk is an error, not an empty answer', () => {
  const event = { type: 'file.chunk', receivedAt, metadata: {}, payload: Buffer.from('id,price\n') };
  expect(() => toRecords(event)).toThrow();
});
