import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Cron } from 'croner';
import type { FeedConfig } from '../config/config.ts';
import { messageOf } from '../errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Ingester } from './ingester.ts';
import { inputFiles, isStable } from './input-files.ts';
import { leaseTtlMs } from './while-leased.ts';

export interface SchedulerDeps {
  /** Each source's market and its directories. */
  feeds: readonly FeedConfig[];
  /** A file or folder to watch, or null. */
  csvPath: string | null;
  ingester: Ingester;
  log: Logger;
  now: () => Date;
  random: () => number;
  /** When a run of a feed last succeeded, or null. */
  lastSuccessAt: (feed: FeedConfig) => Promise<Date | null>;
}

export interface Scheduler {
  close(): void;
}

/** Outcomes after which a file needs no further look until it changes; a paused or unreadable one does. */
const wasRead: ReadonlySet<string> = new Set(['completed', 'unchanged', 'failed']);

/** When a feed runs next by its schedule, or null when it never does. */
export const nextRunAt = (schedule: string, notBefore: Date | null = null): Date | null =>
  new Cron(schedule, { timezone: 'UTC', paused: true }).nextRun(notBefore);

/** Schedules are to the minute: the tick that a moment belongs to. */
const minuteOf = (time: Date): Date => new Date(Math.floor(time.getTime() / 60_000) * 60_000);

/** When a run that failed is made up for, unless its schedule comes first. */
const afterFailureMs = 60 * 60_000;

// All the world polls at full minutes; a few seconds later an upstream has more time for us.
const jitterMaxMs = 10_000;

/** Runs each feed by its own schedule; one feed's trouble never delays another's. */
export function startScheduler({
  feeds,
  csvPath,
  ingester,
  log,
  now,
  random,
  lastSuccessAt,
}: SchedulerDeps): Scheduler {
  const closing = new AbortController();
  /** Runs that were put off until before their next tick. */
  const postponed = new Map<string, Cron>();
  // Path, size and time of what was read: a file that has not changed is not hashed again each minute.
  const seen = new Map<string, string>();

  async function readFiles(config: FeedConfig, path: string): Promise<void> {
    for (const file of await inputFiles(path))
      // One file that cannot be read keeps no other from being read.
      await readFile(config, file).catch((error: unknown) =>
        log.error({ file, reason: messageOf(error) }, 'file not read'),
      );
  }

  async function readFile(config: FeedConfig, file: string): Promise<void> {
    const { size, mtimeMs, mtime } = await stat(file);
    if (!isStable(mtime, now())) return;
    const mark = `${size}:${mtimeMs}`;
    if (seen.get(file) === mark) return;
    const outcome = await ingester.ingest(config, { reason: 'schedule', path: file });
    if (wasRead.has(outcome.kind)) seen.set(file, mark);
  }

  /** A run that was put off is made up for at its time, unless the schedule comes first. */
  function postpone(config: FeedConfig, job: Cron, at: Date, tickAt: Date | null): void {
    const next = job.nextRun(now());
    if (at <= now() || (next && next <= at)) return;
    postponed.get(config.name)?.stop();
    postponed.set(config.name, new Cron(at, () => tick(config, job, tickAt)));
  }

  async function poll(config: FeedConfig, job: Cron, tickAt: Date | null): Promise<void> {
    await sleep(random() * jitterMaxMs, undefined, { signal: closing.signal });
    const options = tickAt === null ? {} : { tickAt };
    const outcome = await ingester.ingest(config, { reason: 'schedule', ...options });
    // A list that is asked once a day is not given up for a day because of a bad minute.
    if (outcome.kind === 'failed') postpone(config, job, new Date(now().getTime() + afterFailureMs), null);
    if (!('nextAttemptAt' in outcome) || !outcome.nextAttemptAt) return;
    // What was begun for this tick and put off is made up for; what another process may have done is not done again.
    postpone(config, job, outcome.nextAttemptAt, outcome.kind === 'busy' ? tickAt : null);
  }

  async function tick(config: FeedConfig, job: Cron, tickAt: Date | null): Promise<void> {
    try {
      if (config.feed.kind === 'poll') await poll(config, job, tickAt);
      else if (csvPath !== null) await readFiles(config, csvPath);
    } catch (error) {
      if (closing.signal.aborted) return;
      log.error({ feed: config.name, reason: messageOf(error) }, 'scheduled run could not be done');
    }
  }

  const enabled = feeds.filter((config) => config.enabled);
  const jobs = enabled.map(
    (config) =>
      new Cron(config.schedule, { timezone: 'UTC', protect: true }, (job) =>
        tick(config, job, minuteOf(now())),
      ),
  );

  /** A tick missed while nothing ran is caught up, once; what never succeeded is asked now, however rare its ticks are. */
  async function catchUp(config: FeedConfig, job: Cron): Promise<void> {
    const last = await lastSuccessAt(config);
    const due = last && job.nextRun(last);
    if (last === null || (due && due <= now())) await tick(config, job, due ?? null);
  }
  for (const [index, job] of jobs.entries()) {
    const config = enabled[index];
    if (config)
      catchUp(config, job).catch((error: unknown) =>
        log.error({ feed: config.name, reason: messageOf(error) }, 'could not catch up'),
      );
  }
  // What a crash left of a feed that is no longer asked would be running for ever.
  async function settle(config: FeedConfig): Promise<void> {
    if (await ingester.settle(config)) return;
    // The lease of a process that was killed just now; what it left is settled once that has ended.
    await sleep(leaseTtlMs + 1_000, undefined, { signal: closing.signal });
    await ingester.settle(config);
  }
  for (const config of feeds.filter(({ enabled: asked, feed }) => !asked || feed.kind === 'file'))
    settle(config).catch((error: unknown) => {
      if (!closing.signal.aborted) log.error({ reason: messageOf(error) }, 'could not settle an old run');
    });
  return {
    close() {
      closing.abort();
      for (const job of [...jobs, ...postponed.values()]) job.stop();
    },
  };
}
