import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor, filterDigest } from './cursor.ts';
import type { KeyColumn, KeyType } from './keyset.ts';

const walk = { order: 'coins PRICE asc', filter: filterDigest({ source: 'csv' }) };
const column = (type: KeyType, nullable = false): KeyColumn => ({
  column: 'c',
  type,
  direction: 'asc',
  nullable,
});
const columns = [column('numeric', true), column('text')];
const cursor = encodeCursor(walk, ['1.5', 'bitcoin']);
const refused = { kind: 'refused', reason: expect.stringContaining('') };

describe('a cursor', () => {
  it('brings back the key that it was made of', () => {
    const key = fc.tuple(
      fc.option(fc.bigInt().map(String), { nil: null }),
      fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
    );
    fc.assert(
      fc.property(key, (key) => {
        expect(decodeCursor(encodeCursor(walk, key), walk, columns)).toEqual({ kind: 'key', key });
      }),
    );
  });

  it('is refused, and nothing thrown, for any text that is none', () => {
    const anyText = fc.oneof(
      fc.string(),
      fc.json().map((json) => Buffer.from(json).toString('base64url')),
    );
    fc.assert(
      fc.property(anyText, (text) => {
        expect(decodeCursor(text, walk, columns)).toMatchObject(refused);
      }),
    );
  });

  it('is refused in a list with another order', () => {
    expect(decodeCursor(cursor, { ...walk, order: 'coins PRICE desc' }, columns)).toMatchObject({
      reason: 'belongs to another list or order',
    });
  });

  it('is refused in a list with another filter', () => {
    const other = { ...walk, filter: filterDigest({ source: 'coingecko' }) };
    expect(decodeCursor(cursor, other, columns)).toMatchObject({ reason: 'belongs to another filter' });
  });

  it.each<[string, KeyColumn[], unknown[]]>([
    ['too few values', columns, ['1']],
    ['too many values', columns, ['1', 'a', 'b']],
    ['a null where none can be', [column('text')], [null]],
    ['text with U+0000', [column('text')], ['a\0']],
    ['a number that is none', [column('numeric')], ['NaN']],
    ['a number that is no text', [column('numeric')], [1]],
    ['an integer beyond 2^53', [column('integer')], ['9007199254740993']],
    ['a time that is none', [column('time')], ['2026-13-01T00:00:00.000Z']],
    ['a word that PostgreSQL takes for a time', [column('time')], ['now']],
    ['an id that is no UUID', [column('uuid')], ['1']],
  ])('is refused when somebody made it up with %s', (_what, columns, values) => {
    const forged = Buffer.from(JSON.stringify([walk.order, walk.filter, ...values])).toString('base64url');
    expect(decodeCursor(forged, walk, columns)).toMatchObject(refused);
  });
});

describe('the digest of a filter', () => {
  it('is the same for filters that say the same', () => {
    expect(filterDigest({ a: 1, b: null, c: undefined, d: new Date(0) })).toBe(
      filterDigest({ d: new Date(0), a: 1 }),
    );
  });

  it('differs where a value does', () => {
    expect(filterDigest({ a: 1 })).not.toBe(filterDigest({ a: 2 }));
    expect(filterDigest({ a: 1 })).not.toBe(filterDigest({ b: 1 }));
  });
});
