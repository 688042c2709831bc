import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SourceRecord } from '../record.ts';
import { toRecords } from './records.ts';
import { coins, nulled, quoteOf, read, receivedAt, rejects } from './testing.ts';

describe('a nasty row is rejected with its line, and the rest is read', () => {
  const rows: [string, string, string][] = [
    ['too few cells', 'eth', '3 ragged'],
    ['too many cells', 'eth,1,2024-01-01,x', '3 ragged'],
    ['text behind a quote', '"eth"x,1,2024-01-01', '3 malformed'],
    ['a NUL', 'e\0th,1,2024-01-01', '3 nul'],
    ['no id', ',1,2024-01-01', '3 invalid_id id'],
    ['a long id', `${'x'.repeat(201)},1,2024-01-01`, '3 invalid_id id'],
    ['a decimal comma', 'eth,"1,23",2024-01-01', '3 invalid_number price'],
    ['a negative price', 'eth,-1,2024-01-01', '3 negative price'],
    ['an accountant’s negative price', 'eth,(1),2024-01-01', '3 negative price'],
    ['a destroyed price', 'eth,14.748.800.659.179.600,2024-01-01', '3 mangled_number price'],
    ['a foreign sign', 'eth,€5,2024-01-01', '3 invalid_number price'],
    ['a formula', 'eth,=1+1,2024-01-01', '3 invalid_number price'],
    ['a date of two readings', 'eth,1,03-07-21', '3 ambiguous_date date'],
    ['a date that is none', 'eth,1,soon', '3 invalid_date date'],
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

  test('with its byte offset and its raw text', () => {
    const [, record] = read('id,price\nbtc,1\neth,2,x\n');
    expect(record).toMatchObject({
      byteOffset: 15,
      issues: [{ message: 'the record at byte 15 has 3 cells and not 2', received: 'eth,2,x' }],
    });
  });

  test('bytes that are no UTF-8 beyond the head of the file, shown as they are', () => {
    const good = `xrp,0.5,${'x'.repeat(2000)}\n`.repeat(600);
    const before = `id,price,note\n${good}`;
    const bytes = Buffer.concat([Buffer.from(`${before}caf`), Buffer.of(0xe9), Buffer.from(`,1,\n${good}`)]);
    expect(rejects(bytes)).toEqual(['602 encoding']);
    const records = read(bytes);
    expect(records).toHaveLength(1201);
    expect(records[600]).toMatchObject({
      byteOffset: before.length,
      issues: [
        {
          message: expect.stringContaining(`is not valid utf-8 at byte ${before.length + 3}`),
          received: String.raw`caf\xe9,1,`,
        },
      ],
    });
  });

  test('a row of nothing but delimiters and blanks is skipped, and an empty line is no row', () => {
    const records = read('id,price,x\nbtc,1,\n,,\n\n , "" ,\n   \neth,2,\n');
    expect(records.map(({ kind }) => kind)).toEqual(['coin', 'skipped', 'skipped', 'skipped', 'coin']);
    expect(records.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
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

  test('other quotes, or none, where they are declared', () => {
    expect(coins("id,price\n'a,b',1\n", { quote: "'" })[0]?.sourceCoinId).toBe('a,b');
    expect(coins('id,price\n"a,1\n', { quote: '' })[0]?.sourceCoinId).toBe('"a');
  });
});

describe('values', () => {
  test('a bad cell that is not needed is null, which is told, and costs nothing else', () => {
    const text =
      'id,price,rank,market_cap,change_24h,image,shoe\nbtc,1,x,"1,2,3",5%,missing.png,"1,2,3"\neth,2,,,,,\n';
    expect(quoteOf(text)).toMatchObject({ price: '1', rank: null, marketCap: null, percentChange24h: '5' });
    expect(nulled(text)).toEqual([
      'btc invalid_number market_cap',
      'btc invalid_rank rank',
      'btc invalid_url image',
    ]);
    expect(coins(text)[1]).not.toHaveProperty('cellIssues');
  });

  test('a destroyed or doubtful number that is not needed is null, and told', () => {
    expect(nulled('id,price,volume\nbtc,1,14.748.800.659.179.600\n')).toEqual(['btc mangled_number volume']);
    expect(nulled('id;price;volume\nbtc;1;1.234\n')).toEqual(['btc ambiguous_number volume']);
  });

  test.each(['null', 'nan', 'on', 'INF', 'N/A', '-', 'TRUE', '000', '$$$', '老板', '=1+1'])(
    'the symbol %s is a symbol and an id',
    (symbol) => {
      expect(coins(`symbol,price\n${symbol},1\n`)).toMatchObject([
        { sourceCoinId: symbol, symbol: symbol.toUpperCase() },
      ]);
    },
  );

  test('an unknown price is null, and so is one rounded to nothing for display, which is told', () => {
    expect(quoteOf('id,price\npepe,$0.00\n')?.price).toBeNull();
    expect(nulled('id,price\npepe,$0.00\n')).toEqual(['pepe display_rounded price']);
    expect(quoteOf('id,price\npepe,nan\n')?.price).toBeNull();
    expect(nulled('id,price\npepe,nan\n')).toEqual([]);
    expect(quoteOf('id,price\npepe,0.0\n')?.price).toBe('0');
    expect(quoteOf('id,price,volume\npepe,1,$0.00\n')?.volume24h).toBe('0');
  });

  test('the currency is that of the label or of the row', () => {
    expect(quoteOf('id,price_eur\nbtc,€5\n')).toMatchObject({ currency: 'EUR', price: '5' });
    expect(quoteOf('id,price,currency\nbtc,5,gbp\n')).toMatchObject({ currency: 'GBP', price: '5' });
    expect(rejects('id,price,currency\nbtc,5,?\n')).toEqual(['2 invalid_currency currency']);
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
      const found = coins(text, { delimiter, decimalSeparator: '.' });
      expect(found.map((coin) => [coin.sourceCoinId, Number(coin.quotes[0]?.price)])).toEqual(
        usable.map(({ id, price }) => [id.trim(), price]),
      );
    }),
  );
});

test('the records of any bytes are the same however the file is cut', () => {
  const piece = fc.constantFrom(
    '"',
    ',',
    '\n',
    '\r\n',
    'btc,1,"x\ny"\n',
    'eth,"2,\n',
    ',,\n',
    '\0',
    'é',
    '1.234',
    'a',
  );
  const text = fc
    .array(piece, { maxLength: 80 })
    .map((pieces) => Buffer.from(`id,price,note\n${pieces.join('')}`));
  const bytes = fc.oneof(
    text,
    fc.uint8Array({ maxLength: 200 }).map((tail) => Buffer.concat([Buffer.from('id,price,note\n'), tail])),
  );
  const inFile = (records: readonly SourceRecord[]) => records.map((record) => ({ ...record, index: 0 }));
  fc.assert(
    fc.property(bytes, fc.integer({ min: 1, max: 80 }), (file, chunkBytes) => {
      const options = { delimiter: ',', limits: { chunkBytes, unitsMax: 1000 } };
      expect(inFile(read(file, options))).toEqual(inFile(read(file, { delimiter: ',' })));
    }),
    { numRuns: 500 },
  );
});

test('metadata of anything else than a chunk is an error, not an empty answer', () => {
  const event = { type: 'file.chunk', receivedAt, metadata: {}, payload: Buffer.from('id,price\n') };
  expect(() => toRecords(event)).toThrow();
});

test('a chunk of before columns were looked at is read with what is certain', () => {
  const description = {
    mapping: 'plain',
    encoding: 'utf-8',
    delimiter: ';',
    header: ['id', 'price'],
    bodyOffset: 9,
    bodyLine: 2,
    unmapped: [],
  };
  const metadata = { file: { name: 'old.csv' }, description, offset: 0, firstLine: 2 };
  const payload = Buffer.from('id;price\nbtc;12.5\neth;1.234\n');
  const records = toRecords({ type: 'file.chunk', receivedAt, metadata, payload });
  expect(records.map(({ kind }) => kind)).toEqual(['coin', 'rejected']);
});
