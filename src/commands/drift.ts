import { acknowledgeDrift } from '../control/drift-decisions.ts';
import { CoinlogError } from '../errors.ts';
import { readDrift, readDrifts, type DriftRow } from '../read/drifts.ts';
import type { App } from './app.ts';
import { byCommand, projectDecisions } from './decide.ts';
import { requireReadModel } from './look.ts';
import { table, type Output } from './output.ts';

export interface DriftListOptions {
  source?: string | undefined;
  /** Acknowledged ones too. */
  all: boolean;
  limit: number;
}

const change: Record<string, (row: DriftRow) => string> = {
  FIELD_ADDED: ({ after }) => `new: ${after ?? 'null'}`,
  FIELD_LOST: ({ before }) => `gone; it was ${before ?? 'null'}`,
  RENAMED: ({ after, scorePercent }) => `now ${after}, likely (${scorePercent} %)`,
};

const header = [
  'id',
  'source',
  'kind',
  'path',
  'change',
  'count',
  'events',
  'reported',
  'acknowledged',
] as const;
const rowOf = (row: DriftRow) => [
  row.driftId,
  row.source,
  row.kind,
  row.path,
  change[row.kind]?.(row) ?? `${row.before ?? 'null'} -> ${row.after ?? 'null'}`,
  row.count,
  `${row.stream} ${row.firstVersion}-${row.lastVersion}`,
  row.reportedAt,
  row.acknowledgedAt,
];

const driftTable = (drifts: readonly DriftRow[]): string => table(header, drifts.map(rowOf));

/** What sources send otherwise than before. */
export async function driftList(
  app: App,
  output: Output,
  { source, all, limit }: DriftListOptions,
): Promise<number> {
  await requireReadModel(app);
  const filter = { source, open: all ? undefined : true };
  const drifts = await readDrifts(app.database.readSql, filter, limit);
  output.result({ drifts }, () =>
    drifts.length === 0
      ? `No ${all ? '' : 'open '}drift: every source sends what it sent before.`
      : driftTable(drifts),
  );
  return 0;
}

/** Takes note of a change: it is no longer open, and a strict source takes it in with its next run. */
export async function driftAck(app: App, output: Output, id: string, reason: string): Promise<number> {
  await requireReadModel(app);
  const driftId = id.replace(/^drift:/, '');
  const { sql, readSql } = app.database;
  if ((await readDrift(readSql, driftId)) === null)
    throw new CoinlogError(
      'DRIFT_NOT_FOUND',
      `There is no drift ${id}: "coinlog drift list --all" shows them.`,
    );
  await acknowledgeDrift(sql, driftId, byCommand(reason), app.now());
  await projectDecisions(app);
  const drift = await readDrift(readSql, driftId);
  const drifts = drift ? [drift] : [];
  output.result({ drifts }, () => driftTable(drifts));
  return 0;
}
