import { CoinlogError } from '../errors.ts';
import type { PollFeed, PollSettings } from '../sources/source.ts';
import { admit } from './admit.ts';
import { endRun } from './end-run.ts';
import type { IngestOutcome, IngestTask } from './outcome.ts';
import type { Pace } from './pace.ts';
import { pollPages, type PollEnd } from './poll-run.ts';
import { resumeOrStart } from './resume.ts';
import { openRunStream } from './run-stream.ts';

/** One run of a polled feed: goes on with one that a crash left, or starts anew, and appends its end. */
export async function ingestPoll(
  { deps, source, options, signal }: IngestTask,
  feed: PollFeed,
  settings: PollSettings,
  pace: Pace,
): Promise<IngestOutcome> {
  const { sql, archive, now, observer } = deps;
  const { name } = source.source;
  const stream = await openRunStream(sql, feed.stream, observer.onAppend);
  const run = await resumeOrStart({
    sql,
    archive,
    stream,
    source: name,
    settings,
    reason: options.reason,
    now,
  });
  const progress = (done: number, total = run.settings.pages) =>
    options.onProgress?.({ source: name, done, total, unit: 'pages' });
  let pagesDone = run.firstPage - 1;
  progress(pagesDone);
  const polling = pollPages(
    {
      feed,
      settings: run.settings,
      stream,
      runId: run.runId,
      fetcher: deps.fetcher,
      pace,
      log: deps.log,
      now,
      random: deps.random,
      retryAttempts: deps.retryAttempts,
      timeoutMs: deps.timeoutMs ?? 30_000,
      signal,
      admit: (kind) => admit(deps, kind),
      onAttempt: (result) => observer.onAttempt(name, result),
      onPage: (page) => progress((pagesDone = page)),
    },
    run.firstPage,
    run.attempts,
  );
  const end = await polling.catch((error: unknown): PollEnd => {
    if (error instanceof CoinlogError) return { kind: 'failed', code: error.code, message: error.message };
    throw error;
  });
  // The upstream may have had fewer pages than were asked for.
  if (end.kind === 'completed') progress(pagesDone, pagesDone);
  return endRun(stream, run.runId, end, now());
}
