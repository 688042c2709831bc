import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Cron } from 'croner';
import type { SourceConfig } from '../config/config.ts';
import { messageOf } from '../errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Ingester } from './ingester.ts';
import { inputFiles, isStable } from './input-files.ts';

export interface SchedulerDeps {
  sources: readonly SourceConfig[];
  /** A file or folder to watch, or null. */
  csvPath: string | null;
  ingester: Ingester;
  log: Logger;
  now: () => Date;
  random: () => number;
  /** When a source was last asked with success, or null. */
  lastSuccessAt: (source: string) => Promise<Date | null>;
}

export interface Scheduler {
  close(): void;
}

/** When a source runs next by its schedule, or null when it never does. */
export const nextRunAt = (schedule: string): Date | null =>
  new Cron(schedule, { timezone: 'UTC', paused: true }).nextRun();

// All the world polls at full minutes; a few seconds later an upstream has more time for us.
const jitterMaxMs = 10_000;

/** Runs each source by its own schedule; one source's trouble never delays another's. */
export function startScheduler({
  sources,
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

  async function readFiles(source: SourceConfig, path: string): Promise<void> {
    for (const file of await inputFiles(path))
      // One file that cannot be read keeps no other from being read.
      await readFile(source, file).catch((error: unknown) =>
        log.error({ file, reason: messageOf(error) }, 'file not read'),
      );
  }

  async function readFile(source: SourceConfig, file: string): Promise<void> {
    const { size, mtimeMs, mtime } = await stat(file);
    if (!isStable(mtime, now())) return;
    const mark = `${size}:${mtimeMs}`;
    if (seen.get(file) === mark) return;
    const outcome = await ingester.ingest(source, { reason: 'schedule', path: file });
    if (outcome.kind !== 'busy') seen.set(file, mark);
  }

  /** A run that was put off is made up for at its time, unless the schedule comes first. */
  function postpone(source: SourceConfig, job: Cron, nextAttemptAt: Date | null): void {
    const next = job.nextRun(now());
    if (nextAttemptAt === null || nextAttemptAt <= now() || (next && next <= nextAttemptAt)) return;
    postponed.get(source.source.name)?.stop();
    const once = new Cron(nextAttemptAt, () => job.trigger().catch(() => undefined));
    postponed.set(source.source.name, once);
  }

  async function poll(source: SourceConfig, job: Cron): Promise<void> {
    await sleep(random() * jitterMaxMs, undefined, { signal: closing.signal });
    const outcome = await ingester.ingest(source, { reason: 'schedule' });
    if ('nextAttemptAt' in outcome) postpone(source, job, outcome.nextAttemptAt);
  }

  async function tick(source: SourceConfig, job: Cron): Promise<void> {
    try {
      if (source.source.feed.kind === 'poll') await poll(source, job);
      else if (csvPath !== null) await readFiles(source, csvPath);
    } catch (error) {
      if (closing.signal.aborted) return;
      log.error({ source: source.source.name, reason: messageOf(error) }, 'scheduled run could not be done');
    }
  }

  const enabled = sources.filter((source) => source.enabled);
  const jobs = enabled.map(
    (source) => new Cron(source.schedule, { timezone: 'UTC', protect: true }, (job) => tick(source, job)),
  );

  /** A tick missed while nothing ran is caught up, once. */
  async function catchUp(source: SourceConfig, job: Cron): Promise<void> {
    const last = await lastSuccessAt(source.source.name);
    const due = last && job.nextRun(last);
    if (last === null || (due && due <= now())) await job.trigger();
  }
  for (const [index, job] of jobs.entries()) {
    const source = enabled[index];
    if (source)
      catchUp(source, job).catch((error: unknown) =>
        log.error({ source: source.source.name, reason: messageOf(error) }, 'could not catch up'),
      );
  }
  // What a crash left of a source that is no longer asked would be running for ever.
  for (const source of sources.filter(({ enabled: asked }) => !asked))
    ingester
      .settle(source)
      .catch((error: unknown) => log.error({ reason: messageOf(error) }, 'could not settle an old run'));
  return {
    close() {
      closing.abort();
      for (const job of [...jobs, ...postponed.values()]) job.stop();
    },
  };
}
