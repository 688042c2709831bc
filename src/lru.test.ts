import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { createLru } from './lru.ts';

const sizeOf = (_key: string, value: string) => value.length;
const text = (length: number) => 'x'.repeat(length);

it('what was not used for longest goes first, and what is looked at only is not used', () => {
  const lru = createLru(40, sizeOf);
  for (const key of ['a', 'b', 'c', 'd']) lru.set(key, text(10));
  expect([lru.get('a'), lru.has('b')]).toEqual([text(10), true]);
  lru.set('e', text(10));
  expect(['a', 'b', 'c', 'd', 'e'].filter((key) => lru.has(key))).toEqual(['a', 'c', 'd', 'e']);
});

it('what is larger than a quarter of the limit is not kept, nor what it was to take the place of', () => {
  const lru = createLru(40, sizeOf);
  lru.set('a', text(10));
  lru.set('a', text(11));
  expect([lru.get('a'), lru.count, lru.size]).toEqual([undefined, 0, 0]);
});

it('within a limit of 0 nothing is kept', () => {
  const lru = createLru(0, sizeOf);
  lru.set('a', text(2));
  expect([lru.get('a'), lru.count, lru.size]).toEqual([undefined, 0, 0]);
});

it('the limit is never passed, and the size is that of what is kept', () => {
  const step = fc.record({ key: fc.nat(20).map(String), length: fc.integer({ min: 2, max: 60 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const lru = createLru(200, sizeOf);
      const last = new Map<string, number>();
      for (const { key, length } of steps) {
        lru.set(key, text(length));
        last.set(key, length);
        const kept = [...last.keys()].filter((each) => lru.has(each));
        expect(lru.size).toBe(kept.reduce((sum, each) => sum + (last.get(each) ?? 0), 0));
        expect(lru.size).toBeLessThanOrEqual(200);
        expect(lru.count).toBe(kept.length);
      }
    }),
  );
});
