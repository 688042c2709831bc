import * as fc from 'fast-check';
import { describe as group, expect, test } from 'vitest';
import { describe } from './describe.ts';
import { isSandboxFile } from './header.ts';

const look = (text: string | Uint8Array, whole = true) =>
  describe(typeof text === 'string' ? Buffer.from(text) : text, whole);

function accepted(text: string | Uint8Array, whole = true) {
  const result = look(text, whole);
  if (result.kind === 'refused') throw new Error(result.reason);
  return result.description;
}

function refusal(text: string | Uint8Array): string {
  const result = look(text);
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

  test('is refused when two could be meant, both named', () => {
    expect(refusal('a,b;c,d\n1,2;3,4\n')).toContain('"," (3 columns) or ";" (2 columns)');
  });

  test('is that of the header when only one makes a header of it', () => {
    expect(accepted('id,shoe|size,price\n').delimiter).toBe(',');
  });
});

group('the encoding', () => {
  test('has its byte order mark left out of the header and the body', () => {
    const description = accepted('\uFEFFid,price\r\nbtc,1\r\n');
    expect(description).toMatchObject({ header: ['id', 'price'], bodyOffset: 13, bodyLine: 2 });
  });

  test('may be cut within a character by the end of the head, but not by the end of the file', () => {
    const bytes = Buffer.from('id,price\né');
    expect(look(bytes.subarray(0, -1), false).kind).toBe('described');
    expect(refusal(bytes.subarray(0, -1))).toContain('not valid UTF-8');
  });

  test.each([
    ['an empty file', Buffer.of(), 'empty'],
    ['UTF-16', Buffer.from('\uFEFFid,price\n', 'utf16le'), 'UTF-16'],
    ['UTF-16 without a mark', Buffer.from('id,price\n', 'utf16le'), 'NUL'],
    ['Latin-1', Buffer.from('id,price\ncafé,1\n', 'latin1'), 'not valid UTF-8'],
    ['gzip', Buffer.of(0x1f, 0x8b, 8, 0), 'gzip'],
  ])('is refused by name: %s', (_what, bytes, reason) => {
    expect(refusal(bytes)).toContain(reason);
  });
});

group('the header', () => {
  test('gives a blank label a name by its place, and reports the columns that nobody takes', () => {
    const description = accepted(',id, price ,shoe size\n');
    expect(description.header).toEqual(['column_1', 'id', 'price', 'shoe size']);
    expect(description.unmapped).toEqual(['column_1', 'shoe size']);
  });

  test('spans lines in quotes, and empty lines before it', () => {
    expect(accepted('\n\nid,"price",x,"a\nb"\nbtc,1,2,3')).toMatchObject({ bodyLine: 5, bodyOffset: 21 });
  });

  test.each([
    ['id,Market Cap,market_cap,price\n', '"Market Cap", "market_cap" have one name'],
    ['id,price,ＰＲＩＣＥ\n', '"price", "ＰＲＩＣＥ" have one name'],
    ['id,price,x,x\n', '"x", "x" have one name'],
    ['id,price,current_price\n', '"price", "current_price" all claim price'],
    ['id,price_eur,price_gbp\n', '"price_eur", "price_gbp" all claim price'],
    ['id,price,date,timestamp\n', '"date", "timestamp" all claim date'],
  ])('%j is refused: %s', (text, reason) => {
    expect(refusal(text)).toContain(reason);
  });

  test('without a coin or a price is refused with what was found and what is accepted', () => {
    expect(refusal('when,price\n')).toMatch(/no column for the coin among "when", "price".* symbol.*close/);
    expect(refusal('id,cost\n')).toMatch(/no column for the price among "id", "cost"/);
    expect(refusal('bitcoin,45000.5\neth,2500\n')).toMatch(/^no header, it seems/);
    expect(refusal('just text\nwithout cells\n')).toContain('no header');
  });

  test('says that the data is simulated', () => {
    expect(isSandboxFile(accepted('id,price,coinlog_sandbox\n'))).toBe(true);
    expect(accepted('id,price,coinlog_sandbox\n').unmapped).toEqual([]);
    expect(isSandboxFile(accepted('id,price\n'))).toBe(false);
  });
});

test('any bytes are described or refused, and never fail', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, whole) => {
      expect(['described', 'refused']).toContain(look(bytes, whole).kind);
    }),
  );
});
