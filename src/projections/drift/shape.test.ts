import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../sources/json.ts';
import { emptyShape, mergeShapes, pathsMax, type Shape } from './shape.ts';
import { shapeOf } from './shape-of.ts';
import { testFields } from './testing.ts';

const names = fc.constantFrom(
  'id',
  'price',
  'quotes',
  'extra',
  '__proto__',
  'constructor',
  'a.b',
  '',
  '*',
  '[]',
);
const records = fc.array(fc.oneof(fc.dictionary(names, fc.jsonValue({ maxDepth: 3 })), fc.jsonValue()), {
  maxLength: 8,
});
const shape = (values: readonly unknown[]): Shape => shapeOf(values, testFields);
const field = (found: Shape, path: string) => found.fields.find((one) => one.path === path);

const numbered = (from: number, step: number): unknown[] =>
  Array.from({ length: 400 }, (_, index) => ({ [`name ${from + index * step}`]: { inner: index } }));

function withoutSamples({ fields, ...rest }: Shape): unknown {
  const bare = fields.map(({ types, ...counts }) => ({
    ...counts,
    types: Object.entries(types).map(([type, { count, low, high }]) => [type, count, low, high]),
  }));
  return { ...rest, fields: bare };
}

describe('the shape of records', () => {
  it('is the same however they are split', () => {
    fc.assert(
      fc.property(records, records, records, (a, b, c) => {
        const whole = shape([...a, ...b, ...c]);
        expect(mergeShapes(mergeShapes(shape(a), shape(b)), shape(c))).toEqual(whole);
        expect(mergeShapes(shape(a), mergeShapes(shape(b), shape(c)))).toEqual(whole);
        expect(mergeShapes(emptyShape, whole)).toEqual(whole);
      }),
    );
  });

  it('is the same in any order but for the samples', () => {
    fc.assert(
      fc.property(records, records, (a, b) => {
        const [one, other] = [shape(a), shape(b)];
        expect(withoutSamples(mergeShapes(one, other))).toEqual(withoutSamples(mergeShapes(other, one)));
      }),
    );
  });

  it('is plain JSON that a database gives back as it was', () => {
    fc.assert(
      fc.property(records, (values) => {
        const found = shape(values);
        const text = JSON.stringify(found);
        expect(JSON.parse(text)).toEqual(found);
        expect(text.isWellFormed() && !text.includes(String.raw`\u0000`)).toBe(true);
      }),
    );
  });

  it('tells null, absent and each type apart', () => {
    const found = shape([{ id: 'a', price: 1.5 }, { id: 'b', price: null }, { id: '' }, { price: 'x' }]);
    expect(field(found, '')).toMatchObject({ present: 4, types: { object: { count: 4 } } });
    expect(field(found, 'price')).toMatchObject({
      present: 3,
      nulls: 1,
      types: { number: { count: 1, sample: 1.5, low: 1.5, high: 1.5 }, string: { count: 1, sample: 'x' } },
    });
    // This source writes "" for unknown.
    expect(field(found, 'id')).toMatchObject({ present: 3, nulls: 1, types: { string: { count: 2 } } });
  });

  it('counts every kind of number as a number, those that no double holds too', () => {
    const body =
      '[{"price":1},{"price":1.5},{"price":-0},{"price":0.12345678901234567890123},{"price":1e999}]';
    const found = shape(parseJson(new TextEncoder().encode(body)) as unknown[]);
    expect(field(found, 'price')).toMatchObject({
      types: { number: { count: 5, low: 0, high: Number.MAX_VALUE } },
    });
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
  });

  it('counts the keys of a map as one, and the elements of an array', () => {
    const found = shape([{ quotes: { USD: { value: 1 }, BTC: { value: 2 } } }, { list: [1, 'a', []] }]);
    expect(field(found, 'quotes.*')).toMatchObject({ present: 2, types: { object: { count: 2 } } });
    expect(field(found, 'quotes.*.value')).toMatchObject({ present: 2 });
    expect(field(found, 'list.[]')).toMatchObject({
      present: 3,
      types: { number: {}, string: {}, array: {} },
    });
  });

  it('counts a field named __proto__ like any other, and takes no name of ours for one', () => {
    const body = '[{"__proto__":{"a":1},"a.b":1,"*":1,"[]":1,"":1}]';
    const found = shape(parseJson(new TextEncoder().encode(body)) as unknown[]);
    expect(found.fields.map(({ path }) => path)).toEqual([
      '',
      '__proto__',
      '__proto__.a',
      'a\u2024b',
      '\uFFFD',
    ]);
    expect(field(found, '\uFFFD')).toMatchObject({ present: 3 });
  });

  it('stays small whatever a payload holds, and counts what it leaves out', () => {
    const huge = Object.fromEntries(
      Array.from({ length: 100_000 }, (_, index) => [`${100_000 - index}`.padEnd(150, 'x'), [index]]),
    );
    let deep: unknown = 1;
    for (let depth = 0; depth < 1_000; depth++) deep = { deep };
    const found = shape([{ id: 'a'.repeat(100_000) }, huge, deep]);
    expect(found.fields).toHaveLength(pathsMax);
    expect(JSON.stringify(found).length).toBeLessThan(pathsMax * 1_000);
    const kept = found.fields.reduce((sum, { present }) => sum + present, 0);
    // Three records and the id; each name with its element; eight levels.
    expect(kept + found.overflow).toBe(3 + 1 + 200_000 + 8);
  });

  it('leaves out the same however too many paths are split', () => {
    const [a, b, c] = [numbered(1_000, 3), numbered(1_001, 3), numbered(1_002, 3)];
    const whole = shape([...a, ...b, ...c]);
    expect(whole.overflow).toBe(3 * (3 * 400) + 1 - (3 * 400 + (pathsMax - 1)) - 1);
    expect(mergeShapes(mergeShapes(shape(a), shape(b)), shape(c))).toEqual(whole);
    expect(mergeShapes(shape(a), mergeShapes(shape(b), shape(c)))).toEqual(whole);
    const backwards = mergeShapes(shape(c), mergeShapes(shape(b), shape(a)));
    expect(withoutSamples(backwards)).toEqual(withoutSamples(whole));
  });
});
