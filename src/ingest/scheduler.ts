import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Cron } from 'croner';
import type { SourceConfig } from '../config/config.ts';
import { messageOf } from '../errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Ingester } from './ingester.ts';
import { inputFiles, isStable } from './input-files.ts';
import { leaseTtlMs } from './while-leased.ts';

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

/** Outcomes after which a file needs no further look until it changes; a paused or unreadable one does. */
const wasRead: ReadonlySet<string> = new Set(['completed', 'unchanged', 'failed']);

/** When a source runs next by its schedule, or null when it never does. */
export const nextRunAt = (schedule: string, notBefore: Date | null = null): Date | null =>
  new Cron(schedule, { timezone: 'UTC', paused: true }).nextRun(notBefore);

/** Schedules are to the minute: the tick that a moment belongs to. */
const minuteOf = (time: Date): Date => new Date(Math.floor(time.getTime() / 60_000) * 60_000);

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
    if (wasRead.has(outcome.kind)) seen.set(file, mark);
  }

  /** A run that was put off is made up for at its time, unless the schedule comes first. */
  function postpone(source: SourceConfig, job: Cron, at: Date, tickAt: Date | null): void {
    const next = job.nextRun(now());
    if (at <= now() || (next && next <= at)) return;
    postponed.get(source.source.name)?.stop();
    postponed.set(source.source.name, new Cron(at, () => tick(source, job, tickAt)));
  }

  async function poll(source: SourceConfig, job: Cron, tickAt: Date | null): Promise<void> {
    await sleep(random() * jitterMaxMs, undefined, { signal: closing.signal });
    const options = tickAt === null ? {} : { tickAt };
    const outcome = await ingester.ingest(source, { reason: 'schedule', ...options });
    if (!('nextAttemptAt' in outcome) || !outcome.nextAttemptAt) return;
    // What was begun for this tick and put off is made up for; what another process may have done is not done again.
    postpone(source, job, outcome.nextAttemptAt, outcome.kind === 'busy' ? tickAt : null);
  }

  async function tick(source: SourceConfig, job: Cron, tickAt: Date | null): Promise<void> {
    try {
      if (source.source.feed.kind === 'poll') await poll(source, job, tickAt);
      else if (csvPath !== null) await readFiles(source, csvPath);
    } catch (error) {
      if (closing.signal.aborted) return;
      log.error({ source: source.source.name, reason: messageOf(error) }, 'scheduled run could not be done');
    }
  }

  const enabled = sources.filter((source) => source.enabled);
  const jobs = enabled.map(
    (source) =>
      new Cron(source.schedule, { timezone: 'UTC', protect: true }, (job) =>
        tick(source, job, minuteOf(now())),
      ),
  );

  /** A tick missed while nothing ran is caught up, once. */
  async function catchUp(source: SourceConfig, job: Cron): Promise<void> {
    const last = await lastSuccessAt(source.source.name);
    const due = last && job.nextRun(last);
    if (last === null || (due && due <= now())) await tick(source, job, due ?? null);
  }
  for (const [index, job] of jobs.entries()) {
    const source = enabled[index];
    if (source)
      catchUp(source, job).catch((error: unknown) =>
        log.error({ source: source.source.name, reason: messageOf(error) }, 'could not catch up'),
      );
  }
  // What a crash left of a source that is no longer asked would be running for ever.
  async function settle(source: SourceConfig): Promise<void> {
    if (await ingester.settle(source)) return;
    // The lease of a process that was killed just now; what it left is settled once that has ended.
    await sleep(leaseTtlMs + 1_000, undefined, { signal: closing.signal });
    await ingester.settle(source);
  }
  for (const source of sources.filter(
    ({ enabled: asked, source: { feed } }) => !asked || feed.kind === 'file',
  ))
    settle(source).catch((error: unknown) => {
      if (!closing.signal.aborted) log.error({ reason: messageOf(error) }, 'could not settle an old run');
    });
  return {
    close() {
      closing.abort();
      for (const job of [...jobs, ...postponed.values()]) job.stop();
    },
  };
}
