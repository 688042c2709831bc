import { setTimeout as sleep } from 'node:timers/promises';
import type { LogKind } from '../log/log-kind.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { PageRequest, PollFeed, PollSettings } from '../sources/source.ts';
import { judge, type AttemptClass, type Judgement } from './classify.ts';
import type { Attempt, Fetcher } from './http.ts';
import { pageFailed, pageFetched, urlOf } from './page-events.ts';
import { backoffMs, type Pace } from './pace.ts';
import type { RunStream } from './run-stream.ts';

export interface PollRunDeps {
  feed: PollFeed;
  settings: PollSettings;
  stream: RunStream;
  runId: string;
  fetcher: Fetcher;
  pace: Pace;
  log: Logger;
  now: () => Date;
  random: () => number;
  retryAttempts: number;
  timeoutMs: number;
  signal: AbortSignal;
  /** Says what kind of data an answer is before its page is stored; throws when this log holds the other. */
  admit: (kind: LogKind) => Promise<void>;
  onAttempt: (result: 'ok' | AttemptClass) => void;
  onPage: (page: number) => void;
}

export type PollEnd =
  | { kind: 'completed' }
  | { kind: 'failed'; code: string; message: string }
  | { kind: 'deferred'; nextAttemptAt: Date; message: string };

// A wait longer than this is no longer the run's own: it ends deferred, and the time is on record.
const longestWaitMs = 60_000;
/** Fetches the pages of a run, each appended before the next is asked for. `attempts` made before a resume count on. */
export async function pollPages(
  deps: PollRunDeps,
  firstPage: number,
  attemptsBefore: number,
): Promise<PollEnd> {
  const { feed, settings, onPage } = deps;
  let attempts = attemptsBefore;
  for (let page = firstPage; page <= settings.pages; page += 1) {
    const end = await pollPage(deps, page, () => (attempts += 1));
    if (end.kind !== 'page') return end;
    onPage(page);
    if (end.records === 0 && page === 1)
      return {
        kind: 'failed',
        code: 'EMPTY_ANSWER',
        message: `${feed.stream}: page 1 is empty; the upstream has nothing to say.`,
      };
    if (end.last) break;
  }
  return { kind: 'completed' };
}

type PageEnd = { kind: 'page'; records: number; last: boolean } | PollEnd;

async function pollPage(deps: PollRunDeps, page: number, nextAttempt: () => number): Promise<PageEnd> {
  const { feed, settings, retryAttempts, random, now } = deps;
  const request = feed.request(settings, page);
  for (let tryNumber = 1; ; tryNumber += 1) {
    const waited = await waitForPace(deps);
    if (waited) return waited;
    const answer = await fetchOnce(deps, request);
    const judged = judge(answer, (body) => feed.check(body, request));
    const attempt = nextAttempt();
    report(deps, page, attempt, answer, judged);
    const which = { stream: feed.stream, runId: deps.runId, settings, request, page, attempt };
    if (judged.kind === 'page') {
      await deps.admit(judged.answer.headers.has('x-coinlog-sandbox') ? 'sandbox' : 'live');
      await deps.stream.append([pageFetched(which, judged.answer)]);
      return judged;
    }
    await deps.stream.append([pageFailed(which, answer, judged)]);
    if (!judged.retry || tryNumber >= retryAttempts)
      return { kind: 'failed', code: judged.class.toUpperCase(), message: failureMessage(deps, judged) };
    const waitMs = judged.retryAfterMs ?? backoffMs(tryNumber, random);
    if (waitMs > longestWaitMs)
      return { kind: 'deferred', nextAttemptAt: new Date(now().getTime() + waitMs), message: judged.reason };
    await sleep(waitMs, undefined, { signal: deps.signal });
  }
}

async function waitForPace({ pace, now, signal, feed }: PollRunDeps): Promise<PollEnd | null> {
  const waitMs = pace.waitMs();
  if (waitMs > longestWaitMs)
    return {
      kind: 'deferred',
      nextAttemptAt: new Date(now().getTime() + waitMs),
      message: `${feed.stream}: requests a minute are used up`,
    };
  if (waitMs > 0) await sleep(waitMs, undefined, { signal });
  return null;
}

function fetchOnce(deps: PollRunDeps, request: PageRequest): Promise<Attempt> {
  deps.pace.spend();
  const { settings, timeoutMs, signal } = deps;
  return deps.fetcher({ url: urlOf(settings, request), headers: settings.headers, timeoutMs, signal });
}

function report(deps: PollRunDeps, page: number, attempt: number, answer: Attempt, judged: Judgement): void {
  const result = judged.kind === 'page' ? 'ok' : judged.class;
  const status = answer.kind === 'answered' ? answer.status : null;
  const bytes = answer.kind === 'answered' ? answer.body.byteLength : 0;
  const line = {
    runId: deps.runId,
    feed: deps.feed.stream,
    page,
    attempt,
    status,
    latencyMs: answer.latencyMs,
    bytes,
    class: result,
  };
  if (judged.kind === 'page') deps.log.debug(line, 'attempt');
  else deps.log.warn({ ...line, reason: judged.reason }, 'attempt failed');
  deps.onAttempt(result);
}

const advice: Record<AttemptClass, string> = {
  unreachable: 'Check the network and the base URL; the next scheduled run tries again.',
  rate_limited: 'Poll less often, or lower ETL_RATE_LIMIT_REQUESTS.',
  server_error: 'Its servers are in trouble; the next scheduled run tries again.',
  wrong_body: 'It sends something else than data; the next scheduled run tries again.',
  config: 'Check the API key, its kind and the base URL.',
  refused: 'It does not accept the request; check VS_CURRENCY and the base URL.',
};

type Failure = Extract<Judgement, { kind: 'failed' }>;

const failureMessage = ({ feed, settings }: PollRunDeps, failure: Failure): string =>
  `${feed.stream} at ${new URL(settings.baseUrl).host}: ${failure.reason}. ${advice[failure.class]}`;
