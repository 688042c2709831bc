import { closedUntil, type BreakerVerdict } from '../control/breaker.ts';
import type { PageRequest } from '../sources/source.ts';
import { breakerVerdict } from './attempt-class.ts';
import { judge, type Judgement } from './classify.ts';
import type { Attempt } from './http.ts';
import { createCensor } from './censor.ts';
import { urlOf } from './page-events.ts';
import type { PollEnd, PollRunDeps } from './poll-deps.ts';
import { conditionsOf, type PreviousPage } from './previous-pages.ts';

// A wait longer than this is no longer the run's own: it ends deferred, and the time is on record. More than a minute,
// so that a full minute of requests is waited for.
export const longestWaitMs = 90_000;

export type Deferred = Extract<PollEnd, { kind: 'deferred' }>;

export interface Attempted {
  kind: 'attempted';
  attempt: Attempt;
  judged: Judgement;
}

const deferred = (nextAttemptAt: Date, message: string): Deferred => ({
  kind: 'deferred',
  nextAttemptAt,
  message,
});

/** Waits for a token of the budget; a long wait is the next run's. */
async function waitForToken({ budget, feed, now, sleep, signal }: PollRunDeps): Promise<string | Deferred> {
  for (;;) {
    const token = await budget.take();
    if (token.kind === 'granted') return token.id;
    const { window, freeAt } = token;
    const waitMs = freeAt.getTime() - now().getTime();
    if (waitMs > longestWaitMs)
      return deferred(freeAt, `${feed.stream}: the requests of this ${window} are used up`);
    // At least a millisecond: a request under way leaves its window at a time nobody knows yet.
    await sleep(Math.max(waitMs, 1), signal);
  }
}

/** A request by its token, which counts on from the answer, or from whatever came instead of one. */
async function counted(
  { budget }: PollRunDeps,
  token: string,
  request: () => Promise<Attempt>,
): Promise<Attempt> {
  try {
    return await request();
  } finally {
    await budget.release(token);
  }
}

const redirectsMax = 3;

/** Sends a request, and follows where the same host sends it on: each hop takes a token of its own. */
async function send(
  deps: PollRunDeps,
  request: PageRequest,
  previous: PreviousPage | null,
  firstToken: string,
): Promise<Attempted | Deferred> {
  const { fetcher, settings, feed, timeoutMs, signal } = deps;
  const conditions = conditionsOf(previous);
  const headers = { ...settings.headers, ...conditions };
  const censor = createCensor(settings.headers);
  const conditionally = Object.keys(conditions).length > 0;
  let [url, token] = [urlOf(settings, request), firstToken];
  for (let redirects = 0; ; redirects += 1) {
    const attempt = await counted(deps, token, () => fetcher({ url, headers, timeoutMs, signal }));
    if (attempt.kind !== 'moved' || redirects === redirectsMax) {
      const judged = judge(attempt, { conditionally, censor }, (body) => feed.check(body, request));
      return { kind: 'attempted', attempt, judged };
    }
    deps.log.info(
      { runId: deps.runId, feed: feed.stream, to: censor(attempt.to) },
      'sent on by the same host',
    );
    const next = await waitForToken(deps);
    if (typeof next !== 'string') return next;
    [url, token] = [attempt.to, next];
  }
}

const verdictOf = (judged: Judgement): BreakerVerdict =>
  judged.kind === 'failed' ? breakerVerdict(judged.class) : 'up';

/**
 * One request, once the breaker lets it through and the budget has room for it. The token is spent before the request
 * goes out and counts on from its answer.
 */
export async function attemptOnce(
  deps: PollRunDeps,
  request: PageRequest,
  previous: PreviousPage | null,
): Promise<Attempted | Deferred> {
  const { gate, feed, now } = deps;
  const open = (): Deferred =>
    deferred(
      closedUntil(gate.breaker.save(), now()) ?? now(),
      `${feed.stream} failed too often in a row; the breaker is open`,
    );
  // Asked before the budget: a token for a request that is not made would be wasted.
  if (closedUntil(gate.breaker.save(), now()) !== null) return open();
  const token = await waitForToken(deps);
  if (typeof token !== 'string') return token;
  const made = await gate.breaker.attempt(
    () => send(deps, request, previous, token),
    (result) => (result.kind === 'attempted' ? verdictOf(result.judged) : 'nothing'),
  );
  return made ?? open();
}
