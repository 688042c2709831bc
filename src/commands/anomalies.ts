import { acknowledgeAnomaly } from '../control/anomaly-decisions.ts';
import { CoinlogError } from '../errors.ts';
import { readAnomalies, readAnomaly, type AnomalyRow } from '../read/anomalies.ts';
import type { App } from './app.ts';
import { byCommand, projectDecisions } from './decide.ts';
import { requireReadModel } from './look.ts';
import { table, type Output } from './output.ts';

export interface AnomalyListOptions {
  kind?: string | undefined;
  /** Resolved ones too. */
  all: boolean;
  limit: number;
}

const header = ['id', 'severity', 'kind', 'about', 'what', 'raised', 'resolved', 'acknowledged'] as const;
const anomalyTable = (rows: readonly AnomalyRow[]): string =>
  table(
    header,
    rows.map((row) => [
      row.anomalyId,
      row.severity,
      row.kind,
      row.coinId ?? row.source,
      row.message,
      row.raisedAt,
      row.resolvedAt,
      row.acknowledgedAt,
    ]),
  );

/** What looks wrong. */
export async function anomaliesList(app: App, output: Output, options: AnomalyListOptions): Promise<number> {
  await requireReadModel(app);
  const { kind, all, limit } = options;
  const anomalies = await readAnomalies(app.database.readSql, { kind, all }, limit);
  output.result({ anomalies }, () =>
    anomalies.length === 0 ? `Nothing ${all ? 'looked' : 'looks'} wrong.` : anomalyTable(anomalies),
  );
  return 0;
}

/** Takes note of what looks wrong: it stays until it no longer does, and troubles the health no more. */
export async function anomaliesAck(app: App, output: Output, id: string, reason: string): Promise<number> {
  await requireReadModel(app);
  const anomalyId = id.replace(/^anomaly:/, '');
  const { sql, readSql } = app.database;
  if ((await readAnomaly(readSql, anomalyId)) === null)
    throw new CoinlogError(
      'ANOMALY_NOT_FOUND',
      `There is no anomaly ${id}: "coinlog anomalies list --all" shows them.`,
    );
  await acknowledgeAnomaly(sql, anomalyId, byCommand(reason), app.now());
  await projectDecisions(app);
  const anomaly = await readAnomaly(readSql, anomalyId);
  const anomalies = anomaly ? [anomaly] : [];
  output.result({ anomalies }, () => anomalyTable(anomalies));
  return 0;
}
