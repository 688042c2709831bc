import { nextMonth } from '../control/budget.ts';
import { sha256 } from '../log/chain.ts';
import { attemptClasses } from './attempt-class.ts';
import { attemptOnce, longestWaitMs } from './attempt-once.ts';
import { afterRetryAfterMs, backoffMs } from './backoff.ts';
import { describeFailure, type Failure, type Judgement } from './classify.ts';
import {
  pageFailed,
  pageFetched,
  pageUnchanged,
  urlOf,
  type PageAttempt,
  type PageSize,
} from './page-events.ts';
import type { PollEnd, PollRunDeps } from './poll-deps.ts';
import type { PreviousPage } from './previous-pages.ts';
import { reportAttempt } from './report-attempt.ts';

export type PageEnd = ({ kind: 'page' } & PageSize) | PollEnd;

/** Fetches one page and appends it, with as many attempts as may be made; each one that fails is appended too. */
export async function pollPage(deps: PollRunDeps, page: number, nextAttempt: () => number): Promise<PageEnd> {
  const { feed, settings, stream, runId, sleep, signal } = deps;
  const request = feed.request(settings, page);
  const previous = deps.previous.of(urlOf(settings, request), settings.plan);
  let spentMs = 0;
  for (let tryNumber = 1; ; tryNumber += 1) {
    const paused = await deps.pausedFor();
    if (paused !== null)
      return { kind: 'deferred', nextAttemptAt: null, message: `${feed.stream} was paused: ${paused}` };
    const made = await attemptOnce(deps, request, previous);
    if (made.kind === 'deferred') return made;
    const { attempt: answer, judged } = made;
    const which = { stream: stream.stream, runId, settings, request, page, attempt: nextAttempt() };
    if (judged.kind !== 'failed') return store(deps, which, judged, previous);
    reportAttempt(deps, which, answer, judged.class, judged.reason);
    await stream.append([pageFailed(which, answer, judged)]);
    await deps.gate.save();
    const next = await afterFailure(deps, judged, tryNumber, spentMs + answer.latencyMs);
    if (next.kind !== 'again') return next;
    spentMs += answer.latencyMs + next.waitMs;
    await sleep(next.waitMs, signal);
  }
}

const digestOf = (body: Uint8Array): string => sha256(body).toString('hex');

/** Appends a page, or that it is the one we have. */
async function store(
  deps: PollRunDeps,
  which: PageAttempt,
  judged: Exclude<Judgement, Failure>,
  previous: PreviousPage | null,
): Promise<PageEnd> {
  const { answer } = judged;
  const isSame =
    previous !== null && (judged.kind === 'not_modified' || digestOf(answer.body) === previous.sha256);
  const size = judged.kind === 'page' ? judged : previous;
  if (size === null) throw new TypeError('a 304 to a request without a condition is no answer');
  reportAttempt(deps, which, answer, isSame ? 'unchanged' : 'ok');
  if (judged.kind === 'page') await deps.admit(answer.headers.has('x-coinlog-sandbox') ? 'sandbox' : 'live');
  await deps.stream.append([
    isSame ? pageUnchanged(which, answer, previous) : pageFetched(which, answer, size, deps.contract),
  ]);
  await deps.gate.save();
  return { kind: 'page', records: size.records, last: size.last };
}

type Next = { kind: 'again'; waitMs: number } | PollEnd;

/** Whether to try again and when, by the class of the failure, the attempts made and the time they took. */
async function afterFailure(
  { feed, settings, gate, now, random, retryAttempts, pageTimeoutMs }: PollRunDeps,
  failure: Failure,
  tryNumber: number,
  spentMs: number,
): Promise<Next> {
  const message = describeFailure(feed.stream, new URL(settings.baseUrl).host, failure);
  const failed: PollEnd = { kind: 'failed', code: failure.class.toUpperCase(), message };
  const { consequence } = attemptClasses[failure.class];
  if (consequence === 'stop') {
    // A free month that is used up answers 402 like a plan too low: the next month is worth a question.
    const until = failure.class === 'payment_required' ? nextMonth(now()) : null;
    await gate.stop(until, message);
  }
  if (consequence !== 'retry') return failed;
  const { retryAfterMs } = failure;
  const waitMs =
    retryAfterMs === null ? backoffMs(tryNumber, random) : afterRetryAfterMs(retryAfterMs, random);
  const nextAttemptAt = new Date(now().getTime() + waitMs);
  if (waitMs > longestWaitMs) {
    await gate.waitUntil(nextAttemptAt, failure.reason);
    return { kind: 'deferred', nextAttemptAt, message };
  }
  // Before the pause: whoever goes on after a kill keeps to it as well.
  if (retryAfterMs !== null && waitMs > 1_000) await gate.waitUntil(nextAttemptAt, failure.reason);
  const goesOn = tryNumber < retryAttempts && spentMs + waitMs < pageTimeoutMs;
  return goesOn ? { kind: 'again', waitMs } : failed;
}
