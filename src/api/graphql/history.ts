import type { CandleKey } from '../../read/graphql/candles.ts';
import { wrongInput } from '../../read/graphql/page-request.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** How long a candle of each interval is. */
export const intervalMs = {
  M1: minuteMs,
  M5: 5 * minuteMs,
  M15: 15 * minuteMs,
  H1: hourMs,
  H4: 4 * hourMs,
  D1: dayMs,
  W1: 7 * dayMs,
} as const;
export type IntervalName = keyof typeof intervalMs;

export const candlesMax = 1_000;
// A Monday, so that weeks begin on one; midnight, for all else.
const originMs = Date.UTC(2001, 0, 1);

export interface HistoryAsked {
  from: Date | null;
  to: Date | null;
  interval: IntervalName;
  source: string | null;
}

/** Pure: the span that a question means: whole candles, the last 24 hours unless it says otherwise. Throws USAGE for too many. */
export function historySpan(asked: HistoryAsked, now: Date): Omit<CandleKey, 'coinId' | 'moment'> {
  const stepMs = intervalMs[asked.interval];
  const toMs = (asked.to ?? now).getTime();
  const wantedMs = asked.from?.getTime() ?? toMs - dayMs;
  if (wantedMs >= toMs) throw wrongInput('from must be before to.');
  const fromMs = wantedMs - ((((wantedMs - originMs) % stepMs) + stepMs) % stepMs);
  const candles = Math.ceil((toMs - fromMs) / stepMs);
  if (candles > candlesMax)
    throw wrongInput(
      `${candles} candles are too many: at most ${candlesMax}. Take a longer interval than ${asked.interval}, or a shorter span.`,
    );
  return { fromMs, toMs, intervalMs: stepMs, originMs, source: asked.source };
}

const pointsMax = 500;
const hoursMax = 24 * 366;

/** Pure: the span of a sparkline: so many equal parts, up to now. Throws USAGE for a number that is out of range. */
export function sparklineSpan(
  points: number,
  hours: number,
  now: Date,
): Omit<CandleKey, 'coinId' | 'moment'> {
  if (points < 1 || points > pointsMax) throw wrongInput(`points must be from 1 to ${pointsMax}.`);
  if (hours < 1 || hours > hoursMax) throw wrongInput(`hours must be from 1 to ${hoursMax}.`);
  const stepMs = Math.ceil((hours * hourMs) / points);
  const fromMs = now.getTime() - stepMs * points;
  return { fromMs, toMs: now.getTime(), intervalMs: stepMs, originMs: fromMs, source: null };
}

const timeOf = (value: unknown): number | null => {
  const ms = value instanceof Date || typeof value === 'string' ? new Date(value).getTime() : NaN;
  return Number.isNaN(ms) ? null : ms;
};

/** Whether a history goes up to now: every moment adds to it. */
export const upToNow = ({ to }: { to?: unknown }, now: Date): boolean => {
  const toMs = timeOf(to);
  return toMs === null || toMs > now.getTime();
};

const isInterval = (name: unknown): name is IntervalName => typeof name === 'string' && name in intervalMs;

/** About how many candles are asked for; the most there can be where that depends on the clock. */
export function candlesAsked(from: unknown, to: unknown, interval: unknown): number {
  const stepMs = intervalMs[isInterval(interval) ? interval : 'M15'];
  const [fromMs, toMs] = [timeOf(from), timeOf(to)];
  if (fromMs === null) return Math.ceil(dayMs / stepMs);
  const candles = toMs === null ? candlesMax : Math.ceil((toMs - fromMs) / stepMs);
  return Math.min(candlesMax, Math.max(1, candles));
}
