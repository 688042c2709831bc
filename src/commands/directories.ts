import { readSourceControls } from '../control/status.ts';
import { nextRunAt } from '../ingest/scheduler.ts';
import { readFeedStates } from '../read/feeds.ts';
import type { App } from './app.ts';
import { isAsked, notBefore, stateOf } from './held.ts';
import { table } from './output.ts';

/** Every directory of every source: whether it is asked, and what it has told so far. */
export async function directoryRows(app: App) {
  const { readSql } = app.database;
  const directories = app.config.sources.flatMap((source) => source.directories);
  const [states, controls] = await Promise.all([
    readFeedStates(readSql),
    readSourceControls(
      readSql,
      directories.map(({ name, source, settings }) => ({ name, source: source.name, settings })),
      app.now(),
    ),
  ]);
  return directories.map(({ name, source, enabled, schedule, unavailable, settings }) => {
    const state = states.get(name);
    const held = controls.get(name);
    const { state: word, why } = stateOf(enabled, held);
    return {
      name,
      source: source.name,
      enabled,
      state: word,
      why: why ?? unavailable,
      schedule,
      requestsPerRun: settings.pages,
      coins: state?.coins ?? 0,
      lastRunId: state?.lastRunId ?? null,
      lastStatus: state?.lastStatus ?? null,
      lastSuccessAt: state?.lastSuccessAt ?? null,
      nextRunAt: isAsked(enabled, held) ? nextRunAt(schedule, notBefore(held)) : null,
    };
  });
}

export type DirectoryRow = Awaited<ReturnType<typeof directoryRows>>[number];

const header = ['name', 'state', 'schedule', 'coins', 'lastStatus', 'lastSuccessAt', 'nextRunAt'] as const;

/** A table of them, and below it why one is not asked. */
export function directoriesText(directories: readonly DirectoryRow[]): string {
  const rows = directories.map((row) => header.map((key) => row[key]));
  const why = directories.flatMap((row) =>
    row.why === null ? [] : [`${row.name}: ${row.state}: ${row.why}`],
  );
  return [table(['directory', ...header.slice(1)], rows), ...why].join('\n');
}
