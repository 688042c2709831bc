import { CoinlogError } from '../errors.ts';
import { allFeeds, isDirectory, type Config, type FeedConfig } from '../config/config.ts';
import type { IngestOptions, IngestOutcome } from '../ingest/outcome.ts';
import { inputFiles, spool } from '../ingest/input-files.ts';
import type { FileOptions } from '../sources/source.ts';
import { readRunsById, type RunRow } from '../read/runs.ts';
import type { App } from './app.ts';
import { projectAndResolve } from './decide.ts';
import { table, type Output } from './output.ts';
import { createProgress, type Progress } from './progress.ts';

export interface IngestTask {
  config: FeedConfig;
  /** Null for a feed that is polled. */
  path: string | null;
}

export interface IngestedRun extends Partial<Omit<RunRow, 'runId'>> {
  /** Null when none was begun. */
  runId: string | null;
  source: string;
  feed: string;
  status: string;
  unchanged: boolean;
  error: { code: string; message: string } | null;
}

/** The feeds of these names; without names the markets of all enabled sources. */
function chosenFeeds(config: Config, names: readonly string[]): FeedConfig[] {
  const feeds = allFeeds(config);
  for (const name of names)
    if (!feeds.some((feed) => feed.name === name))
      throw new CoinlogError(
        'USAGE',
        `Unknown source "${name}": there are ${config.sources.map((source) => source.name).join(', ')}, and their directories ${feeds
          .filter(isDirectory)
          .map((feed) => feed.name)
          .join(', ')}.`,
      );
  if (names.length > 0) return feeds.filter((feed) => names.includes(feed.name));
  return config.sources.filter(({ enabled }) => enabled);
}

/** What to ingest: the feeds named, or the markets of all enabled sources; files for those that read files. */
export async function ingestTasks(
  config: Config,
  names: readonly string[],
  files: readonly string[],
): Promise<IngestTask[]> {
  const chosen = chosenFeeds(config, names);
  if (files.length > 0 && names.length > 0 && !chosen.some(({ feed }) => feed.kind === 'file'))
    throw new CoinlogError(
      'USAGE',
      `--file is for a source that reads files, and ${names.join(', ')} is polled: name csv.`,
    );
  const paths = files.length > 0 ? files : config.csvPath === null ? [] : [config.csvPath];
  const tasks: IngestTask[] = [];
  for (const feed of chosen) {
    if (feed.feed.kind === 'poll') {
      // Files named and no source: the files are what is wanted.
      if (files.length === 0 || names.length > 0) tasks.push({ config: feed, path: null });
      continue;
    }
    if (paths.length === 0 && names.includes(feed.name))
      throw new CoinlogError(
        'USAGE',
        `${feed.name} reads files: name one with --file PATH, or set CSV_PATH.`,
      );
    for (const path of paths)
      for (const file of await existingFiles(path)) tasks.push({ config: feed, path: file });
  }
  return tasks;
}

const existingFiles = (path: string): Promise<string[]> =>
  inputFiles(path).catch((cause: unknown) => {
    throw new CoinlogError('FILE_REFUSED', `Cannot read ${path}: is it there, and may this user read it?`, {
      cause,
    });
  });

/** Runs a task with `-` among the paths replaced by a file of what stands on standard input, which goes afterwards. */
export async function withSpooledInput(
  paths: readonly string[],
  task: (paths: string[]) => Promise<void>,
): Promise<void> {
  if (!paths.includes('-')) return task([...paths]);
  const spooled = await spool(process.stdin, 'stdin.csv');
  try {
    await task(paths.map((path) => (path === '-' ? spooled.path : path)));
  } finally {
    await spooled.remove();
  }
}

/** The files among the tasks. Throws USAGE when there are none, or a source that is polled. */
export function filesOf(tasks: readonly IngestTask[]): string[] {
  const files = tasks.flatMap(({ path }) => path ?? []);
  if (files.length === 0 || files.length < tasks.length)
    throw new CoinlogError('USAGE', '--dry-run is for files: name them with --file, and no source but csv.');
  return files;
}

/** Runs the tasks, feeds side by side and files of one source one after the other, and waits for the projection. */
export async function runIngest(
  app: App,
  tasks: readonly IngestTask[],
  reason: string,
  progress: Progress,
  fileOptions: FileOptions = {},
): Promise<IngestedRun[]> {
  const byFeed = Map.groupBy(tasks, ({ config }) => config);
  const perFeed = [...byFeed.values()].map(async (own) => {
    const done: { task: IngestTask; outcome: IngestOutcome }[] = [];
    for (const task of own)
      done.push({ task, outcome: await runTask(app, task, { reason, fileOptions }, progress) });
    return done;
  });
  const settled = (await Promise.all(perFeed)).flat();
  await projectAndResolve(app);
  const rows = await readRunsById(
    app.database.readSql,
    settled.flatMap(({ outcome }) => ('runId' in outcome ? [outcome.runId] : [])),
  );
  return settled.map(({ task, outcome }) => asRun(task, outcome, rows));
}

function runTask(
  app: App,
  { config, path }: IngestTask,
  options: Pick<IngestOptions, 'reason' | 'fileOptions'>,
  progress: Progress,
): Promise<IngestOutcome> {
  return app.ingester.ingest(config, {
    ...options,
    ...(path === null ? {} : { path }),
    onProgress: ({ name, done, total, unit }) => progress.update(name, done, total, unit),
  });
}

/** How an outcome without a run is shown. */
const withoutRun = {
  busy: { status: 'BUSY', code: 'BUSY' },
  refused: { status: 'FAILED', code: 'FILE_REFUSED' },
  put_off: { status: 'DEFERRED', code: 'DEFERRED' },
  paused: { status: 'PAUSED', code: 'SOURCE_PAUSED' },
  stopped: { status: 'STOPPED', code: 'SOURCE_STOPPED' },
} as const;

function asRun(
  { config }: IngestTask,
  outcome: IngestOutcome,
  rows: ReadonlyMap<string, RunRow>,
): IngestedRun {
  const base = { source: config.source.name, feed: config.feed.stream, unchanged: false, error: null };
  if (!('runId' in outcome)) {
    const { status, code } = withoutRun[outcome.kind];
    return { ...base, runId: null, status, error: { code, message: outcome.message } };
  }
  const { runId } = outcome;
  const row = rows.get(runId);
  const known: IngestedRun = {
    ...base,
    ...row,
    runId,
    status: row?.status ?? 'RUNNING',
    error: row?.error ?? null,
  };
  return outcome.kind === 'unchanged' ? { ...known, unchanged: true } : known;
}

const putOff = new Set(['DEFERRED', 'BUSY', 'PAUSED']);

/** 1 when any run failed, 2 when a source is configured wrong, 3 when nothing failed but some were put off. */
export function ingestExitCode(runs: readonly IngestedRun[]): number {
  if (runs.some(({ status }) => status === 'FAILED' || status === 'ABANDONED')) return 1;
  if (runs.some(({ status }) => status === 'STOPPED')) return 2;
  return runs.some(({ status }) => putOff.has(status)) ? 3 : 0;
}

const shown = [
  'feed',
  'status',
  'pages',
  'recordsRead',
  'accepted',
  'revised',
  'rejected',
  'duplicates',
  'skipped',
  'durationMs',
] as const;

export function ingestText(runs: readonly IngestedRun[]): string {
  const rows = runs.map((run) =>
    shown.map((column) => (column === 'status' && run.unchanged ? `${run.status} (unchanged)` : run[column])),
  );
  const problems = runs.flatMap(({ feed, error }) => (error ? [`${feed}: ${error.message}`] : []));
  return [table(shown, rows), ...problems].join('\n');
}

export async function ingestCommand(
  app: App,
  output: Output,
  tasks: readonly IngestTask[],
  reason: string,
  fileOptions: FileOptions,
): Promise<number> {
  if (tasks.length === 0) {
    output.result(
      { runs: [] },
      () =>
        'Nothing to ingest: no source is enabled, or there are no CSV files. Name a source, or a file with --file.',
    );
    return 0;
  }
  const progress = createProgress(output.json);
  const runs = await runIngest(app, tasks, reason, progress, fileOptions).finally(() => progress.stop());
  output.result({ runs }, () => ingestText(runs));
  return ingestExitCode(runs);
}
