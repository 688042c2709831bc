import { describe, expect, it } from 'vitest';
import { createAnswerCache } from './answer-cache.ts';

function counted(status: number) {
  let made = 0;
  return () => {
    made += 1;
    return { status, body: String(made) };
  };
}

describe('the cache at the edge', () => {
  it('gives the same answer until its time is over', () => {
    const cache = createAnswerCache({ ttlMs: 100, entriesMax: 10 });
    const make = counted(200);
    const bodies = [0, 99, 100].map((nowMs) => cache.answer('a', nowMs, make).body);
    expect(bodies).toEqual(['1', '1', '2']);
  });

  it('does not keep errors', () => {
    const cache = createAnswerCache({ ttlMs: 100, entriesMax: 10 });
    const make = counted(400);
    expect([0, 1].map((nowMs) => cache.answer('a', nowMs, make).body)).toEqual(['1', '2']);
  });

  it('does not freeze when the clock is set back', () => {
    const cache = createAnswerCache({ ttlMs: 100, entriesMax: 10 });
    const make = counted(200);
    expect([5_000, 0].map((nowMs) => cache.answer('a', nowMs, make).body)).toEqual(['1', '2']);
  });

  it('holds no more than its entries', () => {
    const cache = createAnswerCache({ ttlMs: 100, entriesMax: 2 });
    const make = counted(200);
    const bodies = ['a', 'b', 'c', 'c', 'a'].map((key) => cache.answer(key, 0, make).body);
    expect(bodies).toEqual(['1', '2', '3', '3', '4']);
  });
});
