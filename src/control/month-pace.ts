import type { RequestLimits } from '../sources/source.ts';
import { nextMonth } from './budget.ts';

// Some 19,000 coins, 250 a page.
export const pagesOfAll = 80;

/** What one run of these settings asks for at least. */
export const requestsPerRun = ({ pages }: { pages: number | 'all' }): number =>
  pages === 'all' ? pagesOfAll : pages;

export interface MonthSoFar {
  limits: RequestLimits;
  used: number;
  /** When the last request was made, or null when there was none this month. */
  lastTakenAt: Date | null;
  /** What one run asks for at least. */
  requestsPerRun: number;
  now: Date;
}

/**
 * Pure: when the next scheduled run may start so that what is left of the month lasts to its end; null when it may
 * start now. A source whose schedule stays below its plan never waits; one whose retries or manual runs ate into it
 * slows down, instead of stopping dead on the 28th.
 */
export function slowedUntil(month: MonthSoFar): Date | null {
  const { limits, used, lastTakenAt, requestsPerRun, now } = month;
  // A last request that lies ahead tells that the clock was set back since.
  if (limits.month === null || lastTakenAt === null || lastTakenAt > now) return null;
  const usedUp = usedUpUntil(month);
  if (usedUp !== null) return usedUp;
  const left = limits.month - used;
  const runsLeft = Math.floor(left / requestsPerRun);
  const intervalMs = (nextMonth(now).getTime() - lastTakenAt.getTime()) / runsLeft;
  const next = new Date(lastTakenAt.getTime() + intervalMs - toleranceMs);
  return next > now ? next : null;
}

/**
 * Pure: the same of a directory. It runs once a day in between the many runs of its source's market: an even interval
 * since the last request, whoever made it, would never be over. So it waits only where the month has no run left.
 */
export function usedUpUntil({ limits, used, requestsPerRun, now }: MonthSoFar): Date | null {
  return limits.month !== null && limits.month - used < requestsPerRun ? nextMonth(now) : null;
}

// A tick a little early is the same tick: schedules run to the minute, with some jitter.
const toleranceMs = 45_000;
