import type { FeedConfig } from '../config/config.ts';
import { ingestFile } from './ingest-file.ts';
import { ingestPoll } from './ingest-poll.ts';
import type { IngesterDeps, IngestOptions, IngestOutcome, IngestTask } from './outcome.ts';
import { settleUnfinished } from './resume.ts';
import { openRunStream, RunTakenOver } from './run-stream.ts';
import { leaseTtlMs, whileLeased } from './while-leased.ts';

export interface Ingester {
  /** One run of a feed, until its end is in the log. Throws only what the database throws. */
  ingest(config: FeedConfig, options: IngestOptions): Promise<IngestOutcome>;
  /** Gives a run that a crash left, and nobody goes on with, its end; false while another process has the feed. */
  settle(config: FeedConfig): Promise<boolean>;
  /** Ends what is running at its next page; the next start goes on from there. */
  close(): Promise<void>;
}

class Stopping extends Error {}

export function createIngester(deps: IngesterDeps): Ingester {
  const { sql, log } = deps;
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();

  function run(task: IngestTask): Promise<IngestOutcome> {
    const { feed, settings } = task.config;
    if (feed.kind === 'file') return ingestFile(task, feed);
    if (settings === null) throw new TypeError(`${feed.stream} is polled but has no settings`);
    return ingestPoll(task, feed, settings);
  }

  async function runUntilLost(
    config: FeedConfig,
    options: IngestOptions,
    lost: AbortSignal,
  ): Promise<IngestOutcome> {
    const signal = AbortSignal.any([closing.signal, lost]);
    try {
      return await run({ deps, config, options, signal });
    } catch (error) {
      // What was waiting says only that it was aborted; the signal knows why.
      const reason: unknown = signal.aborted ? signal.reason : error;
      if (reason instanceof RunTakenOver)
        return { kind: 'busy', message: `${reason.message}; it goes on there` };
      if (reason instanceof Stopping)
        return { kind: 'busy', message: 'stopped; the next run goes on after the last page' };
      throw error;
    }
  }

  async function ingest(config: FeedConfig, options: IngestOptions): Promise<IngestOutcome> {
    const { name, source, feed } = config;
    const leased = await whileLeased({
      sql,
      log,
      stream: feed.stream,
      run: (lost) => runUntilLost(config, options, lost),
    });
    if (leased.kind === 'taken')
      return {
        kind: 'busy',
        message: `another process is ingesting ${name} now`,
        // It may have been killed: its lease ends then.
        nextAttemptAt: new Date(deps.now().getTime() + leaseTtlMs + 1_000),
      };
    const outcome = leased.value;
    if ('runId' in outcome) log.info({ source: source.name, feed: feed.stream, ...outcome }, 'run ended');
    else log.warn({ source: source.name, feed: feed.stream, ...outcome }, 'no run was begun');
    return outcome;
  }

  async function tracked<T>(task: Promise<T>): Promise<T> {
    running.add(task);
    try {
      return await task;
    } finally {
      running.delete(task);
    }
  }

  async function settle(stream: string): Promise<boolean> {
    const run = async () =>
      settleUnfinished({ ...deps, stream: await openRunStream(sql, stream, deps.observer.onAppend) });
    return (await whileLeased({ sql, log, stream, run })).kind === 'ran';
  }

  return {
    ingest: (config, options) => tracked(ingest(config, options)),
    settle: ({ feed }) => tracked(settle(feed.stream)),
    async close() {
      closing.abort(new Stopping());
      await Promise.allSettled(running);
    },
  };
}
