import { describe, expect, it } from 'vitest';
import { createPace } from './pace.ts';

describe('the pace of a rebuild', () => {
  it('tells rows, rows a second and how long the rest will take', () => {
    let nowMs = 0;
    const pace = createPace(() => nowMs);
    const step = { phase: 'folding', total: 1_000 } as const;
    expect(pace({ ...step, events: 0, rows: 0 })).toBe('0 rows');
    nowMs = 10_000;
    expect(pace({ ...step, events: 100, rows: 25_000 })).toBe('25,000 rows, 2,500 rows/s, 2 min left');
    nowMs = 90_000;
    expect(pace({ ...step, events: 900, rows: 225_000 })).toBe('225,000 rows, 2,500 rows/s, 10 s left');
  });

  it('names what has no rate', () => {
    const pace = createPace(() => 0);
    expect(pace({ phase: 'indexing', events: 10, total: 10, rows: 2_500 })).toBe('2,500 rows, indexing');
  });
});
