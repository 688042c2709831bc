import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checkArray, readArray } from './array-page.ts';
import { optional, sourceCoinId } from './fields.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('checkArray', () => {
  it.each([
    ['[]', 2, 0, true],
    ['[{}]', 2, 1, true],
    ['[{},{}]', 2, 2, false],
    ['[{},{}]', null, 2, true],
  ])('counts the records of %s at %s a page and knows the end', (text, perPage, records, last) => {
    expect(checkArray(encode(text), perPage)).toEqual({ kind: 'page', records, last });
  });

  it.each([
    ['{"status":{"error_code":429,"error_message":"Slow\\ndown"}}', 'error instead of a list: Slow down'],
    ['{"error":"id not found"}', 'error instead of a list: id not found'],
    ['{"error":{"status":{"error_message":"deep"}}}', 'error instead of a list: deep'],
    ['{"data":[]}', 'object instead of a list'],
    ['null', 'null instead of a list'],
    [' <html>error code: 1020</html>', 'HTML instead of JSON: <html>error code: 1020</html>'],
    ['Throttled', 'plain text instead of JSON: Throttled'],
    ['[{"id":"bit', 'JSON cut short after 11 bytes'],
    ['', 'body is empty'],
  ])('says of %s what it is', (text, reason) => {
    expect(checkArray(encode(text), 250)).toMatchObject({ kind: 'wrong', reason });
  });
});

describe('readArray', () => {
  const schema = z.object({ id: sourceCoinId, price: optional.number, at: optional.time });
  const read = (text: string) =>
    readArray({ payload: encode(text) }, schema, ({ id }, index) => ({ kind: 'skipped', index, reason: id }));

  it('gives every issue of a bad record, with its path and value, and keeps the good ones', () => {
    expect(read('[{"id":"a"},{"id":"","price":"1,5","at":"soon"},{"id":"b","more":1}]')).toEqual([
      { kind: 'skipped', index: 0, reason: 'a' },
      {
        kind: 'rejected',
        index: 1,
        line: null,
        issues: [
          expect.objectContaining({ path: 'id', code: 'custom', received: '""' }),
          {
            path: 'price',
            code: 'custom',
            message: 'Invalid input: expected number',
            expected: 'number',
            received: '"1,5"',
          },
          expect.objectContaining({ path: 'at', expected: 'ISO 8601 time', received: '"soon"' }),
        ],
      },
      { kind: 'skipped', index: 2, reason: 'b' },
    ]);
  });

  it.each(['null', '7', '"x"', '[]'])('rejects %s in the place of a record', (text) => {
    expect(read(`[${text}]`)).toMatchObject([
      { kind: 'rejected', index: 0, issues: [{ expected: 'object' }] },
    ]);
  });

  it('rejects a number beyond what the database takes', () => {
    expect(read('[{"id":"a","price":1e200000}]')).toMatchObject([
      { kind: 'rejected', issues: [{ path: 'price', received: '1e200000' }] },
    ]);
  });

  it('throws on what no page can be', () => {
    expect(() => read('{}')).toThrow('no JSON array');
    expect(() => read('[')).toThrow();
  });
});
