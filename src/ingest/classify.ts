import type { PageCheck } from '../sources/source.ts';
import type { Attempt } from './http.ts';

export type AttemptClass =
  'unreachable' | 'rate_limited' | 'server_error' | 'wrong_body' | 'config' | 'refused';

export type Answered = Extract<Attempt, { kind: 'answered' }>;

/** What an attempt means for the run. */
export type Judgement =
  | { kind: 'page'; records: number; last: boolean; answer: Answered }
  | { kind: 'failed'; class: AttemptClass; retry: boolean; reason: string; retryAfterMs: number | null };

// An upstream that sends a time stamp where seconds belong must not put a run off for centuries.
const retryAfterMaxMs = 24 * 3_600_000;

/** Retry-After in seconds or as a date; null for anything else. Never negative, and a day at most. */
export function retryAfterMs(header: string | null, now: Date): number | null {
  if (header === null) return null;
  const waitMs = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now.getTime();
  return Number.isNaN(waitMs) ? null : Math.min(Math.max(0, waitMs), retryAfterMaxMs);
}

const sampleBytes = 300;

/** The beginning of a body as text, for people. */
export const sampleOf = (body: Uint8Array): string =>
  new TextDecoder().decode(body.subarray(0, sampleBytes)).replace(/\s+/g, ' ').trim();

// Wrong key, plan or host: asking again changes nothing.
const configStatuses = new Set([401, 402, 403]);
// CoinGecko answers these with 400 for a key on the other kind of key's host.
const wrongHost = /"error_code"\s*:\s*1001[01]\b/;

export function judge(attempt: Attempt, check: (body: Uint8Array) => PageCheck): Judgement {
  if (attempt.kind === 'unreachable')
    return { kind: 'failed', class: 'unreachable', retry: true, reason: attempt.reason, retryAfterMs: null };
  const { status, body, headers, receivedAt } = attempt;
  const failed = (
    failure: AttemptClass,
    retry: boolean,
    reason = `HTTP ${status}: ${sampleOf(body)}`,
  ): Judgement => ({
    kind: 'failed',
    class: failure,
    retry,
    reason,
    retryAfterMs: retryAfterMs(headers.get('retry-after'), receivedAt),
  });
  if (status === 200) {
    const checked = check(body);
    return checked.kind === 'page'
      ? { ...checked, answer: attempt }
      : failed('wrong_body', true, `HTTP 200 without a page: ${checked.reason}`);
  }
  if (status === 429) return failed('rate_limited', true);
  if (status === 408 || status >= 500) return failed('server_error', true);
  if (configStatuses.has(status) || (status === 400 && wrongHost.test(sampleOf(body))))
    return failed('config', false);
  return failed('refused', false);
}
