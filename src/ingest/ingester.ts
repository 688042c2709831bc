import type { SourceConfig } from '../config/config.ts';
import { ingestFile } from './ingest-file.ts';
import { ingestPoll } from './ingest-poll.ts';
import type { IngesterDeps, IngestOptions, IngestOutcome, IngestTask } from './outcome.ts';
import { createPace, type Pace } from './pace.ts';
import { RunTakenOver } from './run-stream.ts';
import { whileLeased } from './while-leased.ts';

export interface Ingester {
  /** One run of a source, until its end is in the log. Throws only what the database throws. */
  ingest(source: SourceConfig, options: IngestOptions): Promise<IngestOutcome>;
  /** Ends what is running at its next page; the next start goes on from there. */
  close(): Promise<void>;
}

class Stopping extends Error {}

export function createIngester(deps: IngesterDeps): Ingester {
  const { sql, log, now, observer } = deps;
  const closing = new AbortController();
  // One per source and process, so that one run after the other stays within the same minute.
  const paces = new Map<string, Pace>();
  const running = new Set<Promise<unknown>>();

  function paceOf(source: string, requestsPerMinute: number): Pace {
    const pace = paces.get(source) ?? createPace(requestsPerMinute, () => now().getTime());
    paces.set(source, pace);
    return pace;
  }

  function run(task: IngestTask): Promise<IngestOutcome> {
    const { source, settings } = task.source;
    if (source.feed.kind === 'file') return ingestFile(task, source.feed);
    if (settings === null) throw new TypeError(`${source.feed.stream} is polled but has no settings`);
    return ingestPoll(task, source.feed, settings, paceOf(source.name, settings.requestsPerMinute));
  }

  async function runUntilLost(
    source: SourceConfig,
    options: IngestOptions,
    lost: AbortSignal,
  ): Promise<IngestOutcome> {
    const signal = AbortSignal.any([closing.signal, lost]);
    try {
      return await run({ deps, source, options, signal });
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

  async function ingest(source: SourceConfig, options: IngestOptions): Promise<IngestOutcome> {
    const { name, feed } = source.source;
    const leased = await whileLeased({
      sql,
      log,
      stream: feed.stream,
      run: (lost) => runUntilLost(source, options, lost),
    });
    if (leased.kind === 'taken') return { kind: 'busy', message: `another process is ingesting ${name} now` };
    const outcome = leased.value;
    log.info({ source: name, ...outcome }, 'run ended');
    observer.onRunEnd(name, outcome.kind);
    return outcome;
  }

  return {
    async ingest(source, options) {
      const task = ingest(source, options);
      running.add(task);
      try {
        return await task;
      } finally {
        running.delete(task);
      }
    },
    async close() {
      closing.abort(new Stopping());
      await Promise.allSettled(running);
    },
  };
}
