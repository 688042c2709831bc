import { randomUUID } from 'node:crypto';
import type { SourceConfig } from '../config/config.ts';
import type { Sql } from '../database/client.ts';
import { acquireLease, releaseLease } from '../database/lease.ts';
import { CoinlogError, messageOf } from '../errors.ts';
import type { NewEvent } from '../log/event.ts';
import { openLog, type LogKind } from '../log/log-kind.ts';
import type { FileFeed, PollFeed, PollSettings } from '../sources/source.ts';
import type { Logger } from '../telemetry/logger.ts';
import { describeFile, findFinishedRun, openFile, readFileIntoLog, type OpenedFile } from './file-run.ts';
import type { Fetcher } from './http.ts';
import { createPace, type Pace } from './pace.ts';
import { pollPages, type PollEnd } from './poll-run.ts';
import { resumeOrStart } from './resume.ts';
import { runFact } from './run-facts.ts';
import { openRunStream, RunTakenOver, type RunStream } from './run-stream.ts';

/** What one run came to, as far as the fetch knows. Record counts are folded, not counted here. */
export type IngestOutcome =
  | { kind: 'completed'; runId: string }
  /** The same bytes had been read before, by this run; nothing was appended. */
  | { kind: 'unchanged'; runId: string }
  | { kind: 'failed'; runId: string; message: string }
  | { kind: 'deferred'; runId: string; message: string; nextAttemptAt: Date }
  /** Nobody's failure: another process is ingesting this feed now, or this one is stopping and the run goes on later. */
  | { kind: 'busy'; message: string }
  /** A file that cannot even be opened: no run was begun. */
  | { kind: 'refused'; message: string };

export interface IngestProgress {
  source: string;
  done: number;
  total: number;
  unit: 'pages' | 'bytes';
}

export interface IngestObserver {
  onAttempt(source: string, result: string): void;
  onRunEnd(source: string, status: string): void;
  onAppend(stream: string, seconds: number): void;
}

export interface IngesterDeps {
  sql: Sql;
  fetcher: Fetcher;
  log: Logger;
  now: () => Date;
  random: () => number;
  retryAttempts: number;
  /** Refuse everything but this kind of data; null: whatever the log holds, or the first answer brings. */
  kind: LogKind | null;
  observer: IngestObserver;
  timeoutMs?: number;
}

export interface IngestOptions {
  reason: string;
  /** A file to read, for a source of files. */
  path?: string;
  onProgress?: (progress: IngestProgress) => void;
}

export interface Ingester {
  /** One run of a source, until its end is in the log. Throws only what the database throws. */
  ingest(source: SourceConfig, options: IngestOptions): Promise<IngestOutcome>;
  /** Ends what is running at its next page; the next start goes on from there. */
  close(): Promise<void>;
}

// A heartbeat every third of it; a killed process is followed after this.
const leaseTtlMs = 15_000;

class Stopping extends Error {}

export function createIngester(deps: IngesterDeps): Ingester {
  const { sql, log, now, observer } = deps;
  const closing = new AbortController();
  const paces = new Map<string, Pace>();
  const running = new Set<Promise<unknown>>();

  function paceOf(source: string, settings: PollSettings): Pace {
    const pace = paces.get(source) ?? createPace(settings.requestsPerMinute, () => now().getTime());
    paces.set(source, pace);
    return pace;
  }

  /** A log holds one kind of data; an answer or file of the other is refused before it is stored. */
  async function admit(kind: LogKind): Promise<void> {
    if (deps.kind !== null && deps.kind !== kind)
      throw new CoinlogError(
        'LOG_KIND_MISMATCH',
        `Expected ${deps.kind} data, got ${kind} data: check the base URLs.`,
      );
    await openLog(sql, kind, now());
  }

  async function poll(
    source: SourceConfig,
    feed: PollFeed,
    options: IngestOptions,
    signal: AbortSignal,
  ): Promise<IngestOutcome> {
    const settings = source.settings;
    if (settings === null) throw new TypeError(`${feed.stream} is polled but has no settings`);
    const stream = await openRunStream(sql, feed.stream, observer.onAppend);
    const run = await resumeOrStart({
      sql,
      stream,
      source: source.source.name,
      settings,
      reason: options.reason,
      now,
    });
    const progress = (done: number, total = run.settings.pages) =>
      options.onProgress?.({ source: source.source.name, done, total, unit: 'pages' });
    progress(run.firstPage - 1);
    const end = await pollPages(
      {
        feed,
        settings: run.settings,
        stream,
        runId: run.runId,
        fetcher: deps.fetcher,
        pace: paceOf(source.source.name, settings),
        log,
        now,
        random: deps.random,
        retryAttempts: deps.retryAttempts,
        timeoutMs: deps.timeoutMs ?? 30_000,
        signal,
        admit,
        onAttempt: (result) => observer.onAttempt(source.source.name, result),
        onPage: progress,
      },
      run.firstPage,
      run.attempts,
    ).catch((error: unknown): PollEnd => {
      if (error instanceof CoinlogError) return { kind: 'failed', code: error.code, message: error.message };
      throw error;
    });
    if (end.kind === 'completed') progress(1, 1);
    return endRun(stream, run.runId, end);
  }

  async function completeRun(
    stream: RunStream,
    runId: string,
    closing: NewEvent[] = [],
  ): Promise<IngestOutcome> {
    const completed = runFact({
      runId,
      type: 'run.completed',
      identity: [0],
      receivedAt: now(),
      metadata: {},
    });
    await stream.append([...closing, completed]);
    return { kind: 'completed', runId };
  }

  async function endRun(stream: RunStream, runId: string, end: PollEnd): Promise<IngestOutcome> {
    if (end.kind === 'completed') return completeRun(stream, runId);
    if (end.kind === 'deferred') {
      const { nextAttemptAt, message } = end;
      await stream.fact(runId, 'run.deferred', 0, now(), {
        nextAttemptAt: nextAttemptAt.toISOString(),
        error: { code: 'DEFERRED', message },
      });
      return { kind: 'deferred', runId, message, nextAttemptAt };
    }
    await stream.fact(runId, 'run.failed', 0, now(), { error: { code: end.code, message: end.message } });
    return { kind: 'failed', runId, message: end.message };
  }

  async function readFile(
    source: SourceConfig,
    feed: FileFeed,
    options: IngestOptions,
    signal: AbortSignal,
  ): Promise<IngestOutcome> {
    const { path } = options;
    if (path === undefined)
      throw new CoinlogError('USAGE', `${source.source.name} reads files: name one with --file.`);
    const file = await openFile(path).catch((error: unknown) => messageOf(error));
    if (typeof file === 'string') return { kind: 'refused', message: `Cannot read ${path}: ${file}` };
    try {
      const finished = await findFinishedRun(sql, feed, file);
      if (finished !== null) return { kind: 'unchanged', runId: finished };
      return await runFile(source, feed, file, options, signal);
    } finally {
      await file.handle.close();
    }
  }

  async function runFile(
    source: SourceConfig,
    feed: FileFeed,
    file: OpenedFile,
    options: IngestOptions,
    signal: AbortSignal,
  ) {
    const { name } = source.source;
    const stream = await openRunStream(sql, feed.stream, observer.onAppend);
    const { runId } = await resumeOrStart({
      sql,
      stream,
      source: name,
      settings: null,
      reason: options.reason,
      now,
      file: file.name,
    });
    try {
      const described = await describeFile(feed, file);
      if (described.kind === 'refused') throw new CoinlogError('FILE_REFUSED', described.reason);
      const { description } = described;
      await admit(description.header.includes('coinlog_sandbox') ? 'sandbox' : 'live');
      const onBytes = (done: number, total: number) =>
        options.onProgress?.({ source: name, done, total, unit: 'bytes' });
      const closed = await readFileIntoLog({ feed, stream, runId, file, description, now, signal, onBytes });
      return await completeRun(stream, runId, [closed]);
    } catch (error) {
      if (!(error instanceof CoinlogError)) throw error;
      return endRun(stream, runId, {
        kind: 'failed',
        code: error.code,
        message: `${file.name}: ${error.message}`,
      });
    }
  }

  async function ingestHoldingLease(
    source: SourceConfig,
    options: IngestOptions,
    name: string,
    holder: string,
  ): Promise<IngestOutcome> {
    const lost = new AbortController();
    const signal = AbortSignal.any([closing.signal, lost.signal]);
    let beating: Promise<void> = Promise.resolve();
    const beat = async () => {
      const held = await acquireLease(sql, { name, holder, ttlMs: leaseTtlMs });
      if (!held) lost.abort(new RunTakenOver(source.source.feed.stream));
    };
    const heartbeat = setInterval(() => {
      beating = beat().catch((error: unknown) => log.warn({ reason: messageOf(error) }, 'heartbeat failed'));
    }, leaseTtlMs / 3);
    try {
      const { feed } = source.source;
      return feed.kind === 'poll'
        ? await poll(source, feed, options, signal)
        : await readFile(source, feed, options, signal);
    } catch (error) {
      // What was waiting says only that it was aborted; the signal knows why.
      const reason: unknown = signal.aborted ? signal.reason : error;
      if (reason instanceof RunTakenOver)
        return { kind: 'busy', message: `${reason.message}; it goes on there` };
      if (reason instanceof Stopping)
        return { kind: 'busy', message: 'stopped; the next run goes on after the last page' };
      throw error;
    } finally {
      clearInterval(heartbeat);
      // One that is under way would take the lease back after its release.
      await beating;
      await releaseLease(sql, name, holder).catch(() => undefined);
    }
  }

  async function ingest(source: SourceConfig, options: IngestOptions): Promise<IngestOutcome> {
    const name = `ingest:${source.source.feed.stream}`;
    // Per run, not per process: two runs of one process must not share a feed either.
    const holder = `${process.pid}-${randomUUID()}`;
    if (!(await acquireLease(sql, { name, holder, ttlMs: leaseTtlMs })))
      return { kind: 'busy', message: `another process is ingesting ${source.source.name} now` };
    const outcome = await ingestHoldingLease(source, options, name, holder);
    log.info({ source: source.source.name, ...outcome }, 'run ended');
    observer.onRunEnd(source.source.name, outcome.kind);
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
