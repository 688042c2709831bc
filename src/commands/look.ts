import { CoinlogError } from '../errors.ts';
import { nextRunAt } from '../ingest/scheduler.ts';
import { readHeads } from '../log/read.ts';
import { readLogKind } from '../log/log-kind.ts';
import { readModelState } from '../projector/schema.ts';
import { readLag } from '../read/lag.ts';
import { readNewestRuns, readRunsById, type RunRow } from '../read/runs.ts';
import { readSourceStates } from '../read/sources.ts';
import type { App } from './app.ts';
import { table, type Output } from './output.ts';

async function requireReadModel(app: App): Promise<void> {
  if ((await readModelState(app.database.readSql, 'read')) === null)
    throw new CoinlogError(
      'READ_MODEL_MISSING',
      'There is no read model yet: run "coinlog ingest" or "coinlog project" first.',
    );
}

async function sourceRows(app: App) {
  const states = await readSourceStates(app.database.readSql);
  return app.config.sources.map(({ source, enabled, schedule, staleAfterMs }) => {
    const state = states.get(source.name);
    const lastSuccessAt = state?.lastSuccessAt ?? null;
    return {
      name: source.name,
      enabled,
      schedule,
      coins: state?.coins ?? 0,
      snapshots: state?.snapshots ?? 0,
      lastRunId: state?.lastRunId ?? null,
      lastSuccessAt,
      stale: lastSuccessAt === null || app.now().getTime() - lastSuccessAt.getTime() > staleAfterMs,
      nextRunAt: enabled ? nextRunAt(schedule) : null,
    };
  });
}

const sourceHeader = [
  'name',
  'enabled',
  'schedule',
  'coins',
  'snapshots',
  'lastSuccessAt',
  'stale',
  'nextRunAt',
] as const;

export async function sourceList(app: App, output: Output): Promise<number> {
  const sources = await sourceRows(app);
  output.result({ sources }, () =>
    table(
      sourceHeader,
      sources.map((row) => sourceHeader.map((key) => row[key])),
    ),
  );
  return 0;
}

/** One screen at 3 a.m. */
export async function statusCommand(app: App, output: Output): Promise<number> {
  const { readSql, where } = app.database;
  const kind = await readLogKind(readSql);
  const heads = await readHeads(readSql);
  const sources = await sourceRows(app);
  const there = (await readModelState(readSql, 'read')) !== null;
  const lag = there ? await readLag(readSql) : null;
  const runs = there ? await readNewestRuns(readSql, 5) : [];
  const [size] = await readSql<{ bytes: number }[]>`select pg_database_size(current_database()) as bytes`;
  const status = {
    database: where,
    kind,
    diskBytes: size?.bytes ?? 0,
    streams: Object.fromEntries(heads),
    readModel: lag,
    sources,
    runs,
  };
  output.result(status, () =>
    [
      `Database    ${where}, ${Math.round(status.diskBytes / 1_000_000)} MB, ${kind ?? 'empty'} data`,
      `Log         ${[...heads].map(([stream, head]) => `${stream} ${head}`).join(', ') || 'no events yet'}`,
      lag === null
        ? 'Read model  none yet'
        : `Read model  version ${lag.version}, ${lag.events} events behind, ${lag.deadLetters} dead letters`,
      '',
      table(
        sourceHeader,
        sources.map((row) => sourceHeader.map((key) => row[key])),
      ),
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
