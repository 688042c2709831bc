import { describe, expect, it } from 'vitest';
import { createSlidingWindow } from './sliding-window.ts';

describe('a sliding window', () => {
  it('refuses what is above the limit and says how long to wait', () => {
    const window = createSlidingWindow({ limit: 2, windowMs: 1_000 });
    expect(window.admit(0).kind).toBe('admitted');
    expect(window.admit(400).kind).toBe('admitted');
    expect(window.admit(500)).toEqual({ kind: 'refused', retryAfterMs: 500 });
  });

  it('admits again as soon as the oldest request has left the window, refused ones not counted', () => {
    const window = createSlidingWindow({ limit: 2, windowMs: 1_000 });
    for (const nowMs of [0, 400, 500, 999]) window.admit(nowMs);
    expect(window.admit(1_000).kind).toBe('admitted');
    expect(window.admit(1_001)).toEqual({ kind: 'refused', retryAfterMs: 399 });
  });
});
