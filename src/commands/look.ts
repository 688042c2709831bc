import { CoinlogError } from '../errors.ts';
import type { BudgetUse } from '../control/budget.ts';
import { readSourceControls } from '../control/status.ts';
import { nextRunAt } from '../ingest/scheduler.ts';
import { readHeads } from '../log/read.ts';
import { readLogKind } from '../log/log-kind.ts';
import { readModelState } from '../projector/schema.ts';
import { countOpenDrifts } from '../read/drifts.ts';
import { readLag } from '../read/lag.ts';
import { countOpenRejected } from '../read/rejected.ts';
import { readNewestRebuild, type RebuildRow } from '../read/rebuilds.ts';
import { readNewestRuns, readRunsById, type RunRow } from '../read/runs.ts';
import { readSourceStates } from '../read/sources.ts';
import type { App } from './app.ts';
import { directoriesText, directoryRows, type DirectoryRow } from './directories.ts';
import { isAsked, notBefore, stateOf } from './held.ts';
import { table, type Output } from './output.ts';

export async function requireReadModel(app: App): Promise<void> {
  if ((await readModelState(app.database.readSql, 'read')) === null)
    throw new CoinlogError(
      'READ_MODEL_MISSING',
      'There is no read model yet: run "coinlog ingest" or "coinlog project" first.',
    );
}

const budgetText = ({ window, used, limit }: BudgetUse): string => `${used} of ${limit} this ${window}`;

async function sourceRows(app: App) {
  const { readSql } = app.database;
  const [states, drifts, rejected] = await Promise.all([
    readSourceStates(readSql),
    countOpenDrifts(readSql),
    countOpenRejected(readSql),
  ]);
  const polled = app.config.sources.map(({ source, settings }) => ({ name: source.name, settings }));
  const controls = await readSourceControls(readSql, polled, app.now());
  return app.config.sources.map(({ source, enabled, schedule, staleAfterMs }) => {
    const state = states.get(source.name);
    const held = controls.get(source.name);
    const lastSuccessAt = state?.lastSuccessAt ?? null;
    return {
      name: source.name,
      enabled,
      ...stateOf(enabled, held),
      breaker: held?.breaker ?? 'CLOSED',
      budgets: held?.budgets ?? [],
      budget: held?.budgets.map(budgetText).join(', ') ?? '',
      openDrifts: drifts.get(source.name) ?? 0,
      openRejected: rejected.get(source.name) ?? 0,
      schedule,
      coins: state?.coins ?? 0,
      snapshots: state?.snapshots ?? 0,
      lastRunId: state?.lastRunId ?? null,
      lastSuccessAt,
      stale: lastSuccessAt === null || app.now().getTime() - lastSuccessAt.getTime() > staleAfterMs,
      nextRunAt: isAsked(enabled, held) ? nextRunAt(schedule, notBefore(held)) : null,
    };
  });
}

const sourceHeader = [
  'name',
  'state',
  'schedule',
  'coins',
  'snapshots',
  'lastSuccessAt',
  'stale',
  'nextRunAt',
  'openDrifts',
  'openRejected',
  'budget',
] as const;

type SourceRow = Awaited<ReturnType<typeof sourceRows>>[number];

/** A table of all sources, and below it why one is not asked. */
function sourcesText(sources: readonly SourceRow[]): string {
  const rows = sources.map((row) => sourceHeader.map((key) => row[key]));
  const why = sources.flatMap((row) => (row.why === null ? [] : [`${row.name}: ${row.state}: ${row.why}`]));
  return [table(sourceHeader, rows), ...why].join('\n');
}

export async function sourceList(app: App, output: Output): Promise<number> {
  const [sources, directories] = [await sourceRows(app), await directoryRows(app)];
  output.result({ sources, directories }, () => feedsText(sources, directories));
  return 0;
}

const rebuildText = ({ kind, phase, eventsDone, eventsTotal, rows, startedAt }: RebuildRow): string =>
  `${kind}, ${phase}: ${eventsDone} of ${eventsTotal} events, ${rows} rows, since ${startedAt.toISOString()}`;

const feedsText = (sources: readonly SourceRow[], directories: readonly DirectoryRow[]): string =>
  [sourcesText(sources), '', directoriesText(directories)].join('\n');

/** One screen at 3 a.m. */
export async function statusCommand(app: App, output: Output): Promise<number> {
  const { readSql, where } = app.database;
  const kind = await readLogKind(readSql);
  const heads = await readHeads(readSql);
  const [sources, directories] = [await sourceRows(app), await directoryRows(app)];
  const there = (await readModelState(readSql, 'read')) !== null;
  const lag = there ? await readLag(readSql) : null;
  const runs = there ? await readNewestRuns(readSql, 5) : [];
  const rebuild = await readNewestRebuild(readSql);
  const [size] = await readSql<{ bytes: number }[]>`select pg_database_size(current_database()) as bytes`;
  const status = {
    database: where,
    kind,
    diskBytes: size?.bytes ?? 0,
    streams: Object.fromEntries(heads),
    readModel: lag,
    rebuild,
    sources,
    directories,
    runs,
  };
  output.result(status, () =>
    [
      `Database    ${where}, ${Math.round(status.diskBytes / 1_000_000)} MB, ${kind ?? 'empty'} data`,
      `Log         ${[...heads].map(([stream, head]) => `${stream} ${head}`).join(', ') || 'no events yet'}`,
      lag === null
        ? 'Read model  none yet'
        : `Read model  version ${lag.version}, ${lag.events} events behind, ${lag.deadLetters} dead letters`,
      ...(rebuild?.status === 'running' ? [`Rebuild     ${rebuildText(rebuild)}`] : []),
      '',
      feedsText(sources, directories),
      '',
      runs.length === 0 ? 'No runs yet.' : runsTable(runs),
    ].join('\n'),
  );
  return 0;
}

const runHeader = [
  'runId',
  'status',
  'startedAt',
  'durationMs',
  'pages',
  'recordsRead',
  'accepted',
  'revised',
  'rejected',
  'duplicates',
  'skipped',
] as const;
const runsTable = (runs: readonly RunRow[]): string =>
  table(
    runHeader,
    runs.map((run) => runHeader.map((key) => run[key])),
  );

export async function runsList(app: App, output: Output, limit: number): Promise<number> {
  await requireReadModel(app);
  const runs = await readNewestRuns(app.database.readSql, limit);
  output.result({ runs }, () => (runs.length === 0 ? 'No runs yet.' : runsTable(runs)));
  return 0;
}

export async function runsShow(app: App, output: Output, runId: string): Promise<number> {
  await requireReadModel(app);
  const run = (await readRunsById(app.database.readSql, [runId.replace(/^run:/, '')])).get(
    runId.replace(/^run:/, ''),
  );
  if (!run)
    throw new CoinlogError(
      'RUN_NOT_FOUND',
      `There is no run ${runId}: "coinlog runs list" shows the newest.`,
    );
  output.result({ runs: [run] }, () =>
    Object.entries(run)
      .map(
        ([key, value]) =>
          `${key.padEnd(14)} ${value instanceof Date ? value.toISOString() : JSON.stringify(value)}`,
      )
      .join('\n'),
  );
  return 0;
}
