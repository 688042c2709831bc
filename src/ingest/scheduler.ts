import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Cron } from 'croner';
import type { SourceConfig } from '../config/config.ts';
import { messageOf } from '../errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Ingester } from './ingester.ts';

export interface SchedulerDeps {
  sources: readonly SourceConfig[];
  /** A file or folder to watch, or null. */
  csvPath: string | null;
  ingester: Ingester;
  log: Logger;
  now: () => Date;
  /** When a source was last asked with success, or null. */
  lastSuccessAt: (source: string) => Promise<Date | null>;
}

export interface Scheduler {
  close(): void;
}

/** The files to read below a path: itself, or what ends in `.csv` in a folder. */
export async function csvFiles(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { withFileTypes: true });
  const names = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  return names
    .filter((name) => name.toLowerCase().endsWith('.csv'))
    .sort()
    .map((name) => join(path, name));
}

/** When a source runs next by its schedule, or null when it never does. */
export const nextRunAt = (schedule: string): Date | null =>
  new Cron(schedule, { timezone: 'UTC', paused: true }).nextRun();

/** Runs each source by its own schedule; one source's trouble never delays another's. */
export function startScheduler({
  sources,
  csvPath,
  ingester,
  log,
  now,
  lastSuccessAt,
}: SchedulerDeps): Scheduler {
  // Path, size and time of what was read: a file that has not changed is not hashed again each minute.
  const seen = new Map<string, string>();

  async function readFiles(source: SourceConfig, path: string): Promise<void> {
    for (const file of await csvFiles(path))
      // One file that cannot be read keeps no other from being read.
      await readFile(source, file).catch((error: unknown) =>
        log.error({ file, reason: messageOf(error) }, 'file not read'),
      );
  }

  async function readFile(source: SourceConfig, file: string): Promise<void> {
    const { size, mtimeMs } = await stat(file);
    const mark = `${size}:${mtimeMs}`;
    if (seen.get(file) === mark) return;
    const outcome = await ingester.ingest(source, { reason: 'schedule', path: file });
    if (outcome.kind !== 'busy') seen.set(file, mark);
  }

  async function tick(source: SourceConfig): Promise<void> {
    try {
      if (source.source.feed.kind === 'poll') await ingester.ingest(source, { reason: 'schedule' });
      else if (csvPath !== null) await readFiles(source, csvPath);
    } catch (error) {
      log.error({ source: source.source.name, reason: messageOf(error) }, 'scheduled run could not be done');
    }
  }

  const enabled = sources.filter((source) => source.enabled);
  const jobs = enabled.map(
    (source) => new Cron(source.schedule, { timezone: 'UTC', protect: true }, () => tick(source)),
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
  return {
    close() {
      for (const job of jobs) job.stop();
    },
  };
}
