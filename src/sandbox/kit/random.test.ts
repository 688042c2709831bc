import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashOf, noise, unit } from './random.ts';

describe('chance without state', () => {
  it('draws the same number for the same parts, for ever', () => {
    expect([hashOf(1, 'price', 7), hashOf('a', 'b'), hashOf('ab')]).toMatchInlineSnapshot(`
      [
        3292926465,
        593822565,
        3952640924,
      ]
    `);
  });

  it('tells parts apart by their order and their borders', () => {
    expect(hashOf('a', 'b')).not.toBe(hashOf('b', 'a'));
    expect(hashOf('a', 'b')).not.toBe(hashOf('ab'));
    expect(hashOf(1, 2)).not.toBe(hashOf(2, 1));
  });

  it('spreads evenly over [0, 1)', () => {
    const draws = Array.from({ length: 10_000 }, (_, index) => unit(3, 'even', index));
    for (const tenth of Array.from({ length: 10 }, (_, index) => index / 10)) {
      const share = draws.filter((draw) => draw >= tenth && draw < tenth + 0.1).length / draws.length;
      expect(share).toBeGreaterThan(0.08);
      expect(share).toBeLessThan(0.12);
    }
  });

  it('makes noise that stays in its range and has no jumps', () => {
    const place = fc.double({ min: -1e6, max: 1e8, noNaN: true });
    fc.assert(
      fc.property(fc.integer(), place, (seed, x) => {
        const here = noise(seed, x);
        expect(Math.abs(here)).toBeLessThanOrEqual(1);
        expect(Math.abs(noise(seed, x + 1e-4) - here)).toBeLessThan(1e-3);
      }),
    );
  });
});
