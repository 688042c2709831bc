import type { PageCheck } from '../sources/source.ts';
import { attemptClasses, type AttemptClass } from './attempt-class.ts';
import type { Censor } from './censor.ts';
import type { Attempt } from './http.ts';

export type Answered = Extract<Attempt, { kind: 'answered' }>;

export interface Failure {
  kind: 'failed';
  class: AttemptClass;
  reason: string;
  retryAfterMs: number | null;
}

/** What an attempt means for the run. */
export type Judgement =
  | { kind: 'page'; records: number; last: boolean; answer: Answered }
  /** Status 304, to a request that named what we have. */
  | { kind: 'not_modified'; answer: Answered }
  | Failure;

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
export const sampleOf = (body: Uint8Array, censor: Censor = (text) => text): string =>
  // Censored before it is cut: half a key is one too many.
  censor(new TextDecoder().decode(body.subarray(0, 8 * sampleBytes)))
    .slice(0, sampleBytes)
    .replace(/\s+/g, ' ')
    .trim();

// CoinGecko's own numbers, which say more than the status: 10010 and 10011 are a key on the other kind of key's host,
// 10012 a question about a time that the plan does not cover, which is no failure of the key.
const classOfCode: Record<string, AttemptClass> = {
  10010: 'wrong_host',
  10011: 'wrong_host',
  10012: 'bad_request',
};
const errorCode = /"error_code"\s*:\s*"?(\d{3,6})\b/;

const classOfStatus: Record<number, AttemptClass> = {
  400: 'bad_request',
  401: 'unauthorized',
  402: 'payment_required',
  403: 'forbidden',
  404: 'not_found',
  408: 'request_timeout',
  429: 'rate_limited',
};

function classify(status: number, body: Uint8Array): AttemptClass {
  const code = errorCode.exec(sampleOf(body))?.[1];
  const byCode = status >= 400 && status < 500 && code !== undefined ? classOfCode[code] : undefined;
  return byCode ?? classOfStatus[status] ?? (status >= 500 ? 'server_error' : 'unexpected_status');
}

/** Of a body with status 200 that is no page. */
function classifyBody({ what, code }: Extract<PageCheck, { kind: 'wrong' }>): AttemptClass {
  // Seen on the free tier: the object of a 429, sent with status 200.
  if (code === 429) return 'rate_limited';
  if (what === 'html' || what === 'cut_short') return what;
  return what === 'error' ? 'error_body' : 'wrong_body';
}

/** Pure: what came of an attempt. `asked` tells whether the request named a validator, so that 304 is an answer. */
export function judge(
  attempt: Attempt,
  asked: { conditionally: boolean; censor: Censor },
  check: (body: Uint8Array) => PageCheck,
): Judgement {
  if (attempt.kind === 'broken')
    return { kind: 'failed', class: attempt.cause, reason: attempt.reason, retryAfterMs: null };
  if (attempt.kind === 'moved')
    return {
      kind: 'failed',
      class: 'redirected',
      reason: asked.censor(`sent on again and again, to ${attempt.to}`),
      retryAfterMs: null,
    };
  const { status, body, headers, receivedAt } = attempt;
  const { censor } = asked;
  const failed = (failure: AttemptClass, reason = `HTTP ${status}: ${sampleOf(body, censor)}`): Failure => ({
    kind: 'failed',
    class: failure,
    reason,
    retryAfterMs: retryAfterMs(headers.get('retry-after'), receivedAt),
  });
  if (status === 304 && asked.conditionally) return { kind: 'not_modified', answer: attempt };
  if (status !== 200) return failed(classify(status, body));
  const checked = check(body);
  if (checked.kind === 'page') return { ...checked, answer: attempt };
  return failed(classifyBody(checked), censor(`HTTP 200 without a page: ${checked.reason}`));
}

/** What happened and what to do, in one line, for a run's error. */
export const describeFailure = (stream: string, host: string, failure: Failure): string =>
  `${stream} at ${host}: ${failure.reason.replace(/\.$/, '')}. ${attemptClasses[failure.class].advice}`;
