import * as fc from 'fast-check';
import { describe as group, expect, test } from 'vitest';
import type { FileOptions } from '../source.ts';
import { describe } from './describe.ts';
import { isSandboxFile } from './header.ts';

const bytesOf = (text: string | Uint8Array): Uint8Array =>
  typeof text === 'string' ? Buffer.from(text) : text;

function accepted(text: string | Uint8Array, options: FileOptions = {}, whole = true) {
  const result = describe(bytesOf(text), whole, options);
  if (result.kind === 'refused') throw new Error(result.reason);
  return result.description;
}

function refusal(text: string | Uint8Array, options: FileOptions = {}, whole = true): string {
  const result = describe(bytesOf(text), whole, options);
  return result.kind === 'refused' ? result.reason : `accepted: ${JSON.stringify(result.description)}`;
}

group('the delimiter', () => {
  test.each([',', ';', '|', '\t'])('%j is found, also with the others in quoted cells', (delimiter) => {
    const lines = [
      ['id', 'name', 'price'],
      ['btc', '"a,b;c|d\te"', '1'],
      ['eth', '"x;y\n;;,,||"', '2'],
    ];
    const text = lines.map((cells) => cells.join(delimiter)).join('\n');
    expect(accepted(text)).toMatchObject({ delimiter, header: ['id', 'name', 'price'] });
  });

  test('is refused when two could be meant, both as settings to paste', () => {
    expect(refusal('a,b;c,d\n1,2;3,4\n')).toContain('delimiter="," (3 columns) or delimiter=";" (2 columns)');
  });

  test('is the declared one, whatever it looks like', () => {
    expect(accepted('id:price\nbtc:1\n', { delimiter: ':' }).delimiter).toBe(':');
    expect(
      accepted('id,x;price\nbtc;1\n', { delimiter: ';', mapping: 'own', mappings: ownMapping('id,x') }),
    ).toMatchObject({
      header: ['id,x', 'price'],
    });
  });

  test('is that of the header when only one makes a header of it', () => {
    expect(accepted('id,shoe|size,price\n').delimiter).toBe(',');
  });

  test.each([
    [{ delimiter: ',,' }, 'delimiter=",,"'],
    [{ delimiter: 'a' }, 'delimiter="a"'],
    [{ delimiter: '"' }, 'delimiter="\\""'],
    [{ quote: ',', delimiter: ',' }, 'one sign'],
    [{ dateFormat: 'DD' }, 'dateFormat="DD"'],
    [{ timeZone: 'Mars' }, 'timeZone="Mars"'],
    [{ encoding: 'klingon' }, 'encoding="klingon"'],
    [{ encoding: 'iso-2022-jp' }, 'encoding="iso-2022-jp"'],
    [{ delimiter: '|', encoding: 'shift_jis' }, 'shift_jis'],
    [{ mapping: 'nobody' }, 'no mapping is named "nobody"'],
  ])('and the other settings are refused by name where they cannot be meant: %j', (options, reason) => {
    expect(refusal('id,price\nbtc,1\n', options)).toContain(reason);
  });
});

const ownMapping = (id: string) =>
  new Map<string, unknown>([['own', { name: 'own', columns: { id: [id], price: ['price', 'column2'] } }]]);

group('the encoding', () => {
  test('has its byte order mark left out of the header and the body', () => {
    const description = accepted('\uFEFFid,price\r\nbtc,1\r\n');
    expect(description).toMatchObject({ header: ['id', 'price'], bodyOffset: 13, bodyLine: 2 });
  });

  test('is UTF-16 by its mark, whatever was declared', () => {
    const little = Buffer.from('\uFEFFid,price\nbtc,1\n', 'utf16le');
    const expected = { header: ['id', 'price'], bodyOffset: 20, bodyLine: 2 };
    expect(accepted(little, { encoding: 'utf-8' })).toMatchObject({ ...expected, encoding: 'utf-16le' });
    expect(accepted(Buffer.from(little).swap16())).toMatchObject({ ...expected, encoding: 'utf-16be' });
  });

  test('is UTF-16 without a mark where it is declared, and its name is told where it is not', () => {
    const bytes = Buffer.from('id,price\nbtc,1\n', 'utf16le');
    expect(accepted(bytes, { encoding: 'utf-16le' })).toMatchObject({ bodyOffset: 18 });
    expect(refusal(bytes)).toContain('NUL bytes, as UTF-16 has: declare encoding="utf-16le"');
    expect(refusal(Buffer.from(bytes).swap16())).toContain('encoding="utf-16be"');
  });

  test('may be cut within a character by the end of the head, but not by the end of the file', () => {
    const bytes = Buffer.from('id,price\né').subarray(0, -1);
    expect(accepted(bytes, {}, false)).toMatchObject({ encoding: 'utf-8', warnings: [] });
    expect(accepted(bytes).encoding).toBe('windows-1252');
  });

  test('is the fallback where it is no UTF-8, with a warning', () => {
    const bytes = Buffer.from('id,price\ncafé,1\n', 'latin1');
    expect(accepted(bytes)).toMatchObject({
      encoding: 'windows-1252',
      warnings: [expect.stringContaining('not valid UTF-8: read as windows-1252')],
    });
    expect(accepted(bytes, { fallbackEncoding: 'iso-8859-2' }).encoding).toBe('iso-8859-2');
    expect(accepted(bytes, { encoding: 'latin1' })).toMatchObject({ encoding: 'windows-1252', warnings: [] });
    expect(refusal(bytes, { fallbackEncoding: 'shift_jis' })).toContain('neither as UTF-8 nor as shift_jis');
  });

  test.each([
    ['an empty file', Buffer.of(), 'empty'],
    ['UTF-32', Buffer.of(0xff, 0xfe, 0, 0, 0x69, 0, 0, 0), 'UTF-32'],
    ['gzip', Buffer.of(0x1f, 0x8b, 8, 0), 'gzip'],
    ['a workbook', Buffer.from('PK\u0003\u0004xl/workbook.xml'), 'export it as CSV'],
  ])('is refused by name: %s', (_what, bytes, reason) => {
    expect(refusal(bytes)).toContain(reason);
  });
});

group('the header', () => {
  test('gives a blank label a name by its place, and reports the columns that nobody takes', () => {
    const description = accepted(',id, price ,shoe size\n');
    expect(description.header).toEqual(['column1', 'id', 'price', 'shoe size']);
    expect(description.unmapped).toEqual(['column1', 'shoe size']);
  });

  test('spans lines in quotes, and empty lines before it', () => {
    expect(accepted('\n\nid,"price",x,"a\nb"\nbtc,1,2,3')).toMatchObject({ bodyLine: 5, bodyOffset: 21 });
  });

  test('may be all there is', () => {
    expect(accepted('id,price')).toMatchObject({ header: ['id', 'price'], bodyOffset: 8 });
  });

  test('may have labels twice that nobody takes, and says so', () => {
    expect(accepted('id,price,x,x\n')).toMatchObject({
      header: ['id', 'price', 'x', 'x'],
      warnings: ['several columns are named "x"'],
    });
  });

  test('may be missing: columns are then known by their places', () => {
    const options = { header: false, mapping: 'own', mappings: ownMapping('column1') };
    expect(accepted('btc,1\neth,2\n', options)).toMatchObject({
      header: ['column1', 'column2'],
      bodyOffset: 0,
      bodyLine: 1,
    });
  });

  test.each([
    ['id,Market Cap,market_cap,price\n', '"Market Cap", "market_cap" all claim marketCap'],
    ['id,price,price\n', '"price", "price" all claim price'],
    ['id,price,ＰＲＩＣＥ\n', '"price", "ＰＲＩＣＥ" all claim price'],
    ['id,price,current_price\n', '"price", "current_price" all claim price'],
    ['id,price_eur,price_gbp\n', '"price_eur", "price_gbp" all claim price'],
    ['id,price,date,timestamp\n', '"date", "timestamp" all claim date'],
    ['id,"price\n', 'no header'],
    ['id,price\0\n', 'no header'],
  ])('%j is refused: %s', (text, reason) => {
    expect(refusal(text)).toContain(reason);
  });

  test('without a coin or a price is refused with what was found and what is accepted', () => {
    expect(refusal('when,price\n')).toMatch(/no column for the coin among "when", "price".* symbol.*close/);
    expect(refusal('id,cost\n')).toMatch(/no column for the price among "id", "cost"/);
    expect(refusal('bitcoin,45000.5\neth,2500\n')).toMatch(/^no header, it seems/);
    expect(refusal('just text\nwithout cells\n')).toContain('no header');
    expect(refusal('exported on Monday,\nid,price\nbtc,1\n')).toContain('no column');
  });

  test('says that the data is simulated', () => {
    expect(isSandboxFile(accepted('id,price,coinlog_sandbox\n'))).toBe(true);
    expect(accepted('id,price,coinlog_sandbox\n').unmapped).toEqual([]);
    expect(isSandboxFile(accepted('id,price\n'))).toBe(false);
  });
});

group('what the columns tell', () => {
  const decimalsOf = (text: string) => accepted(text).columns?.map(({ decimal }) => decimal);

  test('one cell that proves the decimal separator decides for its whole column', () => {
    expect(decimalsOf('id;price\nbtc;1.234\neth;12,5\n')).toEqual([undefined, ',']);
    expect(decimalsOf('id;price\nbtc;1.234\neth;0.5\n')).toEqual([undefined, '.']);
    expect(decimalsOf('id;price\nbtc;1.234\neth;1.234.567,8\n')).toEqual([undefined, ',']);
  });

  test('without one a file divided by ; is in doubt, and says how to end it', () => {
    const description = accepted('id;price\nbtc;1.234\neth;2.345\n');
    expect(description.columns?.[1]).toEqual({ decimal: 'unclear' });
    expect(description.warnings).toContain(
      'column "price": 1.234 could be two numbers, declare decimalSeparator="," or decimalSeparator="."',
    );
    expect(accepted('id;price\nbtc;1.234\n', { decimalSeparator: ',' })).toMatchObject({
      declared: { decimalSeparator: ',' },
      warnings: [],
    });
  });

  test('cells that contradict each other prove nothing, but for a slip among many', () => {
    expect(decimalsOf('id;price\nbtc;0.5\neth;0,5\n')).toEqual([undefined, 'unclear']);
    expect(decimalsOf(`id;price\n${'btc;0.5\n'.repeat(10)}eth;0,5\n`)).toEqual([undefined, '.']);
    expect(decimalsOf('id,price\nbtc,0.5\neth,"0,5"\n')).toEqual([undefined, '.']);
  });

  test('the order of dates is recorded where they prove it, and asked for where they do not', () => {
    expect(accepted('id,price,date\nbtc,1,03-07-21\nbtc,1,13-07-21\n').columns?.[2]).toEqual({
      date: 'DD-MM-YY',
    });
    const { warnings } = accepted('id,price,date\nbtc,1,03-07-2021\n');
    expect(warnings).toContain(
      'column "date": no date tells the day from the month, declare dateFormat="DD-MM-YYYY" or dateFormat="MM-DD-YYYY"',
    );
  });

  test('by what a coin is known is told, and warned of where it is weak', () => {
    expect(accepted('coin,price\nBitcoin,1\n')).toMatchObject({
      identifiedBy: 'name',
      warnings: [expect.stringContaining('known by their names')],
    });
    expect(accepted('id,price\nbtc,1\n')).toMatchObject({ identifiedBy: 'id', warnings: [] });
  });

  test('several rows of each coin are a history, one coin twice in a list is not', () => {
    expect(accepted('id,price\nbtc,1\nbtc,2\n').history).toBe(true);
    expect(accepted('id,price\nbtc,1\neth,2\nxrp,3\nbtc,4\n').history).toBe(false);
  });
});

test('any bytes are described or refused, and never fail', () => {
  const options = fc.record(
    { header: fc.boolean(), quote: fc.constantFrom('"', "'", '') },
    { requiredKeys: [] },
  );
  const anyBytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc
      .string({ unit: fc.constantFrom(...Array.from('id,price;"\n\r1.0|\t\0é')) })
      .map((text) => Buffer.from(text)),
  );
  fc.assert(
    fc.property(anyBytes, fc.boolean(), options, (bytes, whole, given) => {
      expect(['described', 'refused']).toContain(describe(bytes, whole, given).kind);
    }),
  );
});
