import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  breakerStateOf,
  closedUntil,
  createBreaker,
  parseSavedBreaker,
  type Breaker,
  type BreakerVerdict,
  type SavedBreaker,
} from './breaker.ts';

const startedAt = new Date('2026-11-20T10:00:00Z');
const minuteMs = 60_000;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: startedAt });
});
afterEach(() => {
  vi.useRealTimers();
});

const now = () => new Date();
const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);
const isBad = (result: string): BreakerVerdict =>
  result === 'bad' ? 'down' : result === 'odd' ? 'nothing' : 'up';
const attempt = (breaker: Breaker, result: 'good' | 'bad' | 'odd') =>
  breaker.attempt(async () => Promise.resolve(result), isBad);
const failTimes = async (breaker: Breaker, times: number) => {
  for (let n = 0; n < times; n += 1) await attempt(breaker, 'bad');
};
/** As through the database: what another process reads of it. */
const stored = (breaker: Breaker): SavedBreaker | null =>
  parseSavedBreaker(JSON.parse(JSON.stringify(breaker.save())));
const stateOf = (breaker: Breaker) => breakerStateOf(stored(breaker), now());

async function opened(): Promise<Breaker> {
  const breaker = createBreaker(null, now);
  await failTimes(breaker, 5);
  return breaker;
}

describe('a breaker', () => {
  it('opens with the fifth failure in a row, and makes no attempt while it is open', async () => {
    const breaker = createBreaker(null, now);
    await failTimes(breaker, 4);
    expect(stateOf(breaker)).toBe('CLOSED');
    expect(await attempt(breaker, 'bad')).toBe('bad');
    expect(stateOf(breaker)).toBe('OPEN');
    const make = vi.fn(async () => Promise.resolve('good'));
    expect(await breaker.attempt(make, isBad)).toBeNull();
    expect(make).not.toHaveBeenCalled();
  });

  it('takes what tells nothing of the upstream neither for a failure nor for the end of a row of them', async () => {
    const breaker = createBreaker(null, now);
    for (let n = 0; n < 4; n += 1) {
      await attempt(breaker, 'bad');
      expect(await attempt(breaker, 'odd')).toBe('odd');
    }
    expect(stateOf(breaker)).toBe('CLOSED');
    await attempt(breaker, 'bad');
    expect(stateOf(breaker)).toBe('OPEN');
  });

  it('stays open after a trial that tells nothing of the upstream, and lets the next one through', async () => {
    const breaker = await opened();
    pass(minuteMs);
    expect(await attempt(breaker, 'odd')).toBe('odd');
    expect(stateOf(breaker)).not.toBe('CLOSED');
    await attempt(breaker, 'good');
    expect(stateOf(breaker)).toBe('CLOSED');
  });

  it('stays closed when the failures are not in a row', async () => {
    const breaker = createBreaker(null, now);
    for (let n = 0; n < 5; n += 1) {
      await failTimes(breaker, 4);
      await attempt(breaker, 'good');
    }
    expect(stateOf(breaker)).toBe('CLOSED');
  });

  it('lets one attempt through after a minute; a success closes it, and five more failures open it again', async () => {
    const breaker = await opened();
    pass(minuteMs - 1);
    expect(stateOf(breaker)).toBe('OPEN');
    pass(1);
    expect(stateOf(breaker)).toBe('HALF_OPEN');
    expect(await attempt(breaker, 'good')).toBe('good');
    expect(stateOf(breaker)).toBe('CLOSED');
    await failTimes(breaker, 4);
    expect(stateOf(breaker)).toBe('CLOSED');
    await failTimes(breaker, 1);
    expect(closedUntil(stored(breaker), now())).toEqual(new Date(Date.now() + minuteMs));
  });

  it('stays open twice as long after each trial that fails, half an hour at most', async () => {
    const breaker = await opened();
    for (const minutes of [1, 2, 4, 8, 16, 30, 30]) {
      expect(closedUntil(stored(breaker), now())).toEqual(new Date(Date.now() + minutes * minuteMs));
      pass(minutes * minuteMs);
      await attempt(breaker, 'bad');
    }
  });

  it('goes on in another process where it was: failures so far, open, and how long it was open before', async () => {
    const four = createBreaker(null, now);
    await failTimes(four, 4);
    const next = createBreaker(stored(four), now);
    await failTimes(next, 1);
    expect(stateOf(next)).toBe('OPEN');
    pass(minuteMs);
    const trial = createBreaker(stored(next), now);
    await failTimes(trial, 1);
    const last = createBreaker(stored(trial), now);
    expect(await attempt(last, 'good')).toBeNull();
    expect(closedUntil(stored(last), now())).toEqual(new Date(Date.now() + 2 * minuteMs));
    pass(2 * minuteMs);
    expect(await attempt(createBreaker(stored(last), now), 'good')).toBe('good');
  });

  it('is open by the clock it was given, not by the machine’s', async () => {
    const ahead = () => new Date(Date.now() + 86_400_000);
    const breaker = createBreaker(null, ahead);
    await failTimes(breaker, 5);
    expect(closedUntil(stored(breaker), ahead())).toEqual(new Date(ahead().getTime() + minuteMs));
    expect(await attempt(createBreaker(stored(breaker), ahead), 'good')).toBeNull();
    pass(minuteMs);
    expect(await attempt(createBreaker(stored(breaker), ahead), 'good')).toBe('good');
  });

  it('is closed where nothing that can be read was saved', () => {
    expect(parseSavedBreaker({ ownState: 'open' })).toBeNull();
    expect(parseSavedBreaker(undefined)).toBeNull();
    expect(breakerStateOf(null, now())).toBe('CLOSED');
  });

  it('passes on what an attempt throws, and does not count it', async () => {
    const breaker = createBreaker(null, now);
    const stop = async () => Promise.reject(new Error('stopping'));
    for (let n = 0; n < 6; n += 1)
      await expect(breaker.attempt(stop, () => 'up')).rejects.toThrow('stopping');
    expect(stateOf(breaker)).toBe('CLOSED');
  });
});
