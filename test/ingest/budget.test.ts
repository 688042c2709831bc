import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  nextMonth,
  readBudget,
  readMonth,
  releaseToken,
  takeToken,
  type BudgetKey,
} from '../../src/control/budget.ts';
import { slowedUntil } from '../../src/control/month-pace.ts';
import type { RequestLimits } from '../../src/sources/source.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const startedAt = new Date('2026-11-20T10:00:00Z');
const later = (ms: number, from = startedAt) => new Date(from.getTime() + ms);

let keys = 0;
/** A key that nobody else asks with. */
function keyWith(limits: Partial<RequestLimits>): BudgetKey {
  keys += 1;
  return {
    source: 'coingecko',
    keyDigest: `key-${keys}`,
    limits: { second: null, minute: null, month: null, ...limits },
  };
}

const take = (key: BudgetKey, at: Date) => takeToken(database.sql, key, at);
/** Takes a token and gives it back after so long; false when there was none. */
async function request(key: BudgetKey, at: Date, tookMs = 0): Promise<boolean> {
  const token = await take(key, at);
  if (token.kind === 'granted') await releaseToken(database.sql, key, token.id, later(tookMs, at));
  return token.kind === 'granted';
}

describe('a window', () => {
  it('never gives its last token to two that ask at once', async () => {
    for (let round = 0; round < 20; round += 1) {
      const key = keyWith({ minute: 4 });
      // The pool has a connection for each.
      const tokens = await Promise.all(Array.from({ length: 10 }, () => take(key, startedAt)));
      expect(tokens.filter(({ kind }) => kind === 'granted')).toHaveLength(4);
      expect(await readMonth(database.sql, key, startedAt)).toMatchObject({ used: 4 });
    }
  });

  const windows: ['second' | 'minute', number][] = [
    ['second', 1_000],
    ['minute', 60_000],
  ];
  it.each(windows)(
    'of a %s slides: it is free again that long after the oldest answer, not before',
    async (window, ms) => {
      const key = keyWith({ [window]: 2 });
      expect(await request(key, startedAt, ms / 4)).toBe(true);
      expect(await request(key, later(ms / 2), ms / 4)).toBe(true);
      const freeAt = later(ms / 4 + ms);
      expect(await take(key, later(ms))).toEqual({ kind: 'full', window, freeAt });
      expect(await request(key, later(-1, freeAt))).toBe(false);
      expect(await request(key, freeAt)).toBe(true);
      expect(await request(key, freeAt)).toBe(false);
    },
  );

  it('with a request that has no answer yet is full for as long as it would be after an answer now', async () => {
    const key = keyWith({ minute: 1 });
    await take(key, startedAt);
    expect(await take(key, later(90_000))).toEqual({
      kind: 'full',
      window: 'minute',
      freeAt: later(150_000),
    });
  });

  it('is free again although a token was never given back: its process was killed', async () => {
    const key = keyWith({ minute: 1 });
    await take(key, startedAt);
    // Lost after two minutes; then the window still has to pass.
    expect(await request(key, later(179_000))).toBe(false);
    expect(await request(key, later(181_000))).toBe(true);
  });

  it('of one key or source says nothing about another', async () => {
    const key = keyWith({ minute: 1 });
    expect(await request(key, startedAt)).toBe(true);
    expect(await request(key, startedAt)).toBe(false);
    expect(await request({ ...key, keyDigest: 'another' }, startedAt)).toBe(true);
    expect(await request({ ...key, source: 'coinpaprika' }, startedAt)).toBe(true);
  });

  it('that the longest wait is for is the one that is told', async () => {
    const key = keyWith({ second: 1, minute: 1 });
    await request(key, startedAt);
    expect(await take(key, startedAt)).toEqual({ kind: 'full', window: 'minute', freeAt: later(60_000) });
  });

  const step = fc.record({ afterMs: fc.integer({ min: 0, max: 40_000 }), tookMs: fc.nat(15_000) });
  it('never has room for more than its limit, whenever the upstream counted each request', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 25 }),
        fc.integer({ min: 1, max: 4 }),
        async (steps, minute) => {
          const key = keyWith({ minute });
          const answeredAt: number[] = [];
          let now = startedAt;
          for (const { afterMs, tookMs } of steps) {
            now = later(afterMs, now);
            const at = now.getTime();
            const inside = answeredAt.filter((ms) => ms + 60_000 > at).length;
            expect(await request(key, now, tookMs)).toBe(inside < minute);
            if (inside < minute) answeredAt.push(at + tookMs);
            now = later(tookMs, now);
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it('tells people what is used of it, and when there is more', async () => {
    const key = keyWith({ second: null, minute: 3, month: 100 });
    await request(key, startedAt);
    await request(key, later(10_000));
    expect(await readBudget(database.sql, key, later(20_000))).toEqual([
      { window: 'minute', limit: 3, used: 2, resetsAt: later(60_000) },
      { window: 'month', limit: 100, used: 2, resetsAt: new Date('2026-12-01T00:00:00Z') },
    ]);
  });
});

describe('a month', () => {
  it('that is used up is full to its end, and the next one is not', async () => {
    const key = keyWith({ month: 2 });
    for (const at of [startedAt, later(86_400_000)]) expect(await request(key, at)).toBe(true);
    const freeAt = new Date('2026-12-01T00:00:00Z');
    expect(await take(key, later(2 * 86_400_000))).toEqual({ kind: 'full', window: 'month', freeAt });
    expect(await request(key, freeAt)).toBe(true);
  });

  it('counts the tokens that were never given back too: the upstream has counted them', async () => {
    const key = keyWith({ month: 10 });
    await take(key, startedAt);
    await take(key, later(3_600_000));
    expect(await readMonth(database.sql, key, later(7_200_000))).toEqual({
      used: 2,
      lastTakenAt: later(3_600_000),
    });
  });

  // A tenth of 10,000 requests a month and of a schedule of every five minutes; every third run needs a retry.
  it('of 1,000 requests, with retries that would need 1,190, is never exceeded and lasts to its end', async () => {
    const key = keyWith({ minute: 30, month: 1_000 });
    const end = nextMonth(startedAt).getTime();
    const tickMs = 50 * 60_000;
    const grantedAt: number[] = [];
    let nowMs = Date.UTC(2026, 10, 1);
    for (let run = 0; nowMs < end; run += 1) {
      const now = new Date(nowMs);
      const month = await readMonth(database.sql, key, now);
      const until = slowedUntil({ ...month, limits: key.limits, requestsPerRun: 1, now });
      for (let attempt = 0; until === null && attempt < (run % 8 < 3 ? 2 : 1); attempt += 1)
        if (await request(key, now)) grantedAt.push(nowMs);
      const nextTickMs = (Math.floor(nowMs / tickMs) + 1) * tickMs;
      nowMs = Math.min(nextTickMs, until?.getTime() ?? Infinity);
    }
    const gapsMs = grantedAt.map((at, index) => (grantedAt[index + 1] ?? end) - at);
    expect(grantedAt.length).toBeLessThanOrEqual(1_000);
    expect(grantedAt.length).toBeGreaterThan(980);
    // The last few of so small a month lie far apart; of 10,000 they do not.
    expect(Math.max(...gapsMs)).toBeLessThan(12 * 3_600_000);
  });
});
