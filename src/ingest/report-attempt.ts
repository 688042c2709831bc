import type { AttemptClass } from './attempt-class.ts';
import type { Attempt } from './http.ts';
import type { PageAttempt } from './page-events.ts';
import type { PollRunDeps } from './poll-deps.ts';

/** Every attempt is a line of the log and counts in the metrics; what it came to is the same word in both. */
export function reportAttempt(
  { log, onAttempt }: Pick<PollRunDeps, 'log' | 'onAttempt'>,
  { runId, stream, page, attempt }: PageAttempt,
  answer: Attempt,
  result: 'ok' | 'unchanged' | AttemptClass,
  reason?: string,
): void {
  const answered = answer.kind === 'answered';
  const line = {
    runId,
    feed: stream,
    page,
    attempt,
    status: answered ? answer.status : null,
    latencyMs: answer.latencyMs,
    bytes: answered ? answer.body.byteLength : 0,
    class: result,
  };
  if (reason === undefined) log.info(line, 'attempt');
  else log.warn({ ...line, reason }, 'attempt failed');
  onAttempt(result);
}
