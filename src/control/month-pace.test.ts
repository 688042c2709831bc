import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slowedUntil } from './month-pace.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const monthStartMs = Date.UTC(2026, 10, 1);
const monthEndMs = Date.UTC(2026, 11, 1);
const tickMs = 5 * minuteMs;
const limits = { second: null, minute: 30, month: 10_000 };

/** When each request of a month was made, on a schedule of every five minutes. */
function simulateMonth(requestsOfRun: (run: number) => number, manualAt: readonly number[] = []): number[] {
  const madeAtMs: number[] = [];
  const make = (atMs: number, requests: number) => {
    for (let n = 0; n < requests && madeAtMs.length < limits.month; n += 1) madeAtMs.push(atMs);
  };
  const manual = [...manualAt];
  for (let nowMs = monthStartMs, run = 0; nowMs < monthEndMs;) {
    while (manual.length > 0 && (manual[0] ?? Infinity) <= nowMs) make(manual.shift() ?? 0, 1);
    const last = madeAtMs.at(-1);
    const until = slowedUntil({
      limits,
      used: madeAtMs.length,
      lastTakenAt: last === undefined ? null : new Date(last),
      requestsPerRun: 1,
      now: new Date(nowMs),
    });
    if (until === null) make(nowMs, requestsOfRun((run += 1)));
    const nextTickMs = (Math.floor(nowMs / tickMs) + 1) * tickMs;
    nowMs = Math.min(nextTickMs, until?.getTime() ?? Infinity);
  }
  return madeAtMs;
}

/** The longest time of the month without a request. */
function longestGapMs(madeAtMs: readonly number[]): number {
  const times = [monthStartMs, ...madeAtMs, monthEndMs];
  return Math.max(...times.slice(1).map((at, index) => at - (times[index] ?? at)));
}

const everyNth = (n: number) => (run: number) => (run % n === 0 ? 2 : 1);

describe('the pace of a month', () => {
  it('never slows a schedule that stays below its plan, though a tenth of its requests are retries', () => {
    const made = simulateMonth(everyNth(10));
    expect(made.length).toBeLessThan(10_000);
    expect(longestGapMs(made)).toBe(tickMs);
  });

  it('slows a schedule whose retries need more than the plan, and never stops dead', () => {
    const made = simulateMonth(everyNth(3));
    expect(made.length).toBeLessThanOrEqual(10_000);
    expect(made.length).toBeGreaterThan(9_990);
    expect(longestGapMs(made)).toBeGreaterThan(tickMs);
    expect(longestGapMs(made)).toBeLessThan(2 * hourMs);
  });

  it('spreads what is left after a day of manual runs, instead of being without any on the 28th', () => {
    const manual = Array.from({ length: 5_000 }, (_, n) => monthStartMs + 24 * hourMs + n * 10_000);
    const made = simulateMonth(everyNth(10), manual);
    expect(made.length).toBeLessThanOrEqual(10_000);
    expect(longestGapMs(made)).toBeLessThan(2 * hourMs);
    expect(made.filter((at) => at > Date.UTC(2026, 10, 28)).length).toBeGreaterThan(100);
  });

  it('waits for the next month when less is left than a run needs', () => {
    const now = new Date('2026-11-20T10:00:00Z');
    const soFar = { limits, lastTakenAt: new Date('2026-11-20T09:00:00Z'), requestsPerRun: 80, now };
    expect(slowedUntil({ ...soFar, used: 9_921 })).toEqual(new Date(monthEndMs));
    expect(slowedUntil({ ...soFar, used: 9_920 })).not.toBeNull();
  });

  it('never holds back a source without a limit, or before its first request of the month', () => {
    const now = new Date('2026-11-20T10:00:00Z');
    const lastTakenAt = now;
    const soFar = { used: 99_999, requestsPerRun: 1, now };
    expect(slowedUntil({ ...soFar, lastTakenAt, limits: { ...limits, month: null } })).toBeNull();
    expect(slowedUntil({ ...soFar, lastTakenAt: null, limits })).toBeNull();
  });

  const soFar = fc.record({
    limits: fc.constant(limits),
    used: fc.nat(11_000),
    requestsPerRun: fc.integer({ min: 1, max: 80 }),
    agoMs: fc.nat(24 * hourMs),
    nowMs: fc.integer({ min: monthStartMs, max: monthEndMs - 1 }),
  });
  it('never puts a run off beyond the end of the month, nor to a time that has passed', () => {
    fc.assert(
      fc.property(soFar, ({ agoMs, nowMs, ...rest }) => {
        const now = new Date(nowMs);
        const until = slowedUntil({ ...rest, now, lastTakenAt: new Date(nowMs - agoMs) });
        if (until === null) return;
        expect(until.getTime()).toBeGreaterThan(nowMs);
        expect(until.getTime()).toBeLessThanOrEqual(monthEndMs);
      }),
    );
  });
});
