import { setTimeout as sleepFor } from 'node:timers/promises';
import { releaseToken, takeToken, type BudgetKey } from '../control/budget.ts';
import { openGate, type Gate } from '../control/gate.ts';
import { digestSettings } from '../control/key-digest.ts';
import { pagesOfAll } from '../control/month-pace.ts';
import { readPauses } from '../control/source-decisions.ts';
import { CoinlogError, messageOf } from '../errors.ts';
import type { PollFeed, PollSettings } from '../sources/source.ts';
import { admit } from './admit.ts';
import { endRun } from './end-run.ts';
import type { IngestOutcome, IngestTask } from './outcome.ts';
import type { PollEnd } from './poll-deps.ts';
import { heldBack } from './held-back.ts';
import { emptyAnswer, pollPages } from './poll-run.ts';
import { noPreviousPages, readPreviousPages } from './previous-pages.ts';
import { resumeOrStart, type StartedRun } from './resume.ts';
import { openRunStream, type RunStream } from './run-stream.ts';
import { withSubjects } from './subjects.ts';
import { readSweep, type SweepSummary } from './sweep.ts';

/** One run of a polled feed: goes on with one that a crash left, or starts anew, and appends its end. */
export async function ingestPoll(
  task: IngestTask,
  feed: PollFeed,
  configured: PollSettings,
): Promise<IngestOutcome> {
  const { deps, config, options } = task;
  const { sql, archive, now, observer } = deps;
  const source = config.source.name;
  const settings = feed.subjects ? await withSubjects(sql, archive, feed.subjects, configured) : configured;
  const digests = await digestSettings(sql, settings);
  const budget: BudgetKey = { source, keyDigest: digests.key, limits: settings.limits };
  const gate = await openGate(sql, { source, name: config.name }, digests.config, now);
  const stream = await openRunStream(sql, feed.stream, observer.onAppend);
  const held = await heldBack({ task, feed, settings, budget, gate, stream });
  if (held) return held;
  if (feed.subjects && settings.pages === 0) return withoutSubjects(config.name, feed.subjects.stream, now());
  const run = await resumeOrStart({
    sql,
    archive,
    stream,
    source,
    settings,
    terms: deps.terms,
    contract: config.driftMode,
    reason: options.reason,
    now,
  });
  options.onStart?.(run.runId);
  const end = await poll({ task, feed, settings: run.settings ?? settings, budget, gate, stream, run });
  const sweep = end.kind === 'completed' ? await sweepOf(task, feed, run) : null;
  return endRun(stream, run.runId, end, now(), { sweep });
}

const untilSubjectsMs = 10 * 60_000;

const withoutSubjects = (name: string, stream: string, now: Date): IngestOutcome => ({
  kind: 'put_off',
  nextAttemptAt: new Date(now.getTime() + untilSubjectsMs),
  message: `${name} asks about the coins that ${stream} lists, and that has listed none yet: "coinlog ingest ${stream}" does.`,
});

interface PollTask {
  task: IngestTask;
  feed: PollFeed;
  settings: PollSettings;
  budget: BudgetKey;
  gate: Gate;
  stream: RunStream;
  run: StartedRun;
}

async function poll({ task, feed, settings, budget, gate, stream, run }: PollTask): Promise<PollEnd> {
  const { deps, config, options, signal } = task;
  const { sql, now, observer } = deps;
  const { name, source, driftMode } = config;
  const pages = settings.pages === 'all' ? pagesOfAll : settings.pages;
  let pagesDone = run.firstPage - 1;
  const progress = (total = Math.max(pages, pagesDone)) =>
    options.onProgress?.({ name, done: pagesDone, total, unit: 'pages' });
  progress();
  if (run.empty) return emptyAnswer(feed.stream);
  if (run.complete) return { kind: 'completed' };
  // One clock for all who share a budget, where their own ones may differ.
  const budgetNow = (await deps.budgetClock?.(sql)) ?? now;
  const end = await pollPages(
    {
      feed,
      settings,
      stream,
      runId: run.runId,
      fetcher: deps.fetcher,
      budget: {
        take: () => takeToken(sql, budget, budgetNow()),
        release: (id) => releaseToken(sql, budget, id, budgetNow()),
      },
      gate,
      previous: driftMode === 'evolve' ? await readPreviousPages(sql, feed.stream) : noPreviousPages,
      contract: driftMode,
      log: deps.log,
      now,
      sleep: deps.sleep ?? ((ms, stop) => sleepFor(ms, undefined, { signal: stop })),
      random: deps.random,
      retryAttempts: deps.retryAttempts,
      timeoutMs: deps.timeoutMs ?? 30_000,
      pageTimeoutMs: deps.pageTimeoutMs ?? 180_000,
      signal,
      pausedFor: async () => (await readPauses(sql)).get(source.name)?.reason ?? null,
      admit: (kind) => admit(deps, kind),
      onAttempt: (result) => observer.onAttempt(source.name, result),
      onPage: (page) => {
        pagesDone = page;
        progress();
      },
    },
    run,
  ).catch((error: unknown): PollEnd => {
    if (error instanceof CoinlogError) return { kind: 'failed', code: error.code, message: error.message };
    throw error;
  });
  // The upstream may have had fewer pages than were asked for.
  if (end.kind === 'completed') progress(pagesDone);
  return end;
}

/** Told with the run's end; a page that cannot be read back now is no reason to fail a run that has all its pages. */
async function sweepOf(
  { deps: { sql, archive, log } }: IngestTask,
  feed: PollFeed,
  run: StartedRun,
): Promise<SweepSummary | null> {
  try {
    const sweep = await readSweep(sql, archive, feed, run);
    // Gaps alone are common: coins of other categories have ranks of the same list.
    if (sweep && sweep.repeated > 0)
      log.warn({ runId: run.runId, ...sweep }, 'the ranking shifted while it was read');
    else if (sweep) log.info({ runId: run.runId, ...sweep }, 'sweep');
    return sweep;
  } catch (error) {
    log.warn({ runId: run.runId, reason: messageOf(error) }, 'the sweep could not be summed up');
    return null;
  }
}
