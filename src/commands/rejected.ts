import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { format } from 'fast-csv';
import { discardRecords, parseRecordKey, recordKey, type RecordRef } from '../control/record-decisions.ts';
import { CoinlogError } from '../errors.ts';
import { readRawRecords } from '../read/graphql/raw-records.ts';
import { readRawRows } from '../read/raw-rows.ts';
import { readRejectedRecords } from '../read/graphql/rejected.ts';
import { readRejected, type RejectedFilter, type RejectedRow } from '../read/rejected.ts';
import { replayRejected } from '../read/replay.ts';
import type { App } from './app.ts';
import { byCommand, projectDecisions } from './decide.ts';
import { requireReadModel } from './look.ts';
import { table, type Output } from './output.ts';
import { guardCell } from './spreadsheet.ts';

const idOf = (row: RecordRef): string => recordKey(row);

const header = ['id', 'source', 'line', 'status', 'path', 'what is wrong', 'received', 'run'] as const;
const rowOf = (row: RejectedRow) => {
  const [first] = row.issues;
  const more = row.issues.length > 1 ? ` (and ${row.issues.length - 1} more)` : '';
  return [
    idOf(row),
    row.source,
    row.line,
    row.status,
    first?.path ?? '',
    `${first?.message ?? ''}${more}`,
    first?.received ?? '',
    row.runId,
  ];
};

/** Records that could not be read, those of the newest events first. */
export async function rejectedList(
  app: App,
  output: Output,
  filter: RejectedFilter,
  limit: number,
): Promise<number> {
  await requireReadModel(app);
  const rows = await readRejected(app.database.readSql, filter, limit);
  const records = rows.map((row) => ({ id: idOf(row), ...row }));
  output.result({ records }, () =>
    rows.length === 0 ? 'No rejected records.' : table(header, rows.map(rowOf)),
  );
  return 0;
}

async function rowsNamed(app: App, ids: readonly string[]): Promise<RejectedRow[]> {
  await requireReadModel(app);
  const refs = ids.map((id) => {
    const ref = parseRecordKey(id);
    if (ref === null)
      throw new CoinlogError('USAGE', `"${id}" names no record: ids look like coingecko.markets:12:7.`);
    return ref;
  });
  const found = await readRejectedRecords(app.database.readSql, refs);
  return refs.map((ref) => {
    const row = found.get(recordKey(ref));
    if (!row)
      throw new CoinlogError(
        'RECORD_NOT_FOUND',
        `${recordKey(ref)} is no rejected record: "coinlog rejected list" shows them.`,
      );
    return row;
  });
}

const rawOf = async (app: App, rows: readonly RejectedRow[]): Promise<Map<string, unknown>> =>
  readRawRecords(app.database.readSql, rows, app.archive);

/** One record: everything that is wrong with it, and the record as it was received. */
export async function rejectedShow(app: App, output: Output, id: string): Promise<number> {
  const [row] = await rowsNamed(app, [id]);
  if (!row) return 1;
  const rawRecord = (await rawOf(app, [row])).get(recordKey(row)) ?? null;
  const record = { id: idOf(row), ...row, rawRecord };
  output.result({ records: [record] }, () =>
    [
      `${record.id}  ${row.status}${row.discardReason === null ? '' : `: ${row.discardReason}`}`,
      `run ${row.runId ?? '-'}${row.line === null ? '' : `, line ${row.line}`}`,
      '',
      table(
        ['path', 'code', 'what is wrong', 'expected', 'received'],
        row.issues.map((issue) => [issue.path, issue.code, issue.message, issue.expected, issue.received]),
      ),
      '',
      JSON.stringify(rawRecord, null, 2),
    ].join('\n'),
  );
  return 0;
}

// More than anybody reads; the next call goes on with the rest.
const replayMax = 100_000;

/** Folds records again after a fix: those named, or all open ones. Exit 1 when some are as wrong as before. */
export async function rejectedReplay(
  app: App,
  output: Output,
  ids: readonly string[],
  source: string | undefined,
  reason: string,
): Promise<number> {
  await requireReadModel(app);
  const rows =
    ids.length > 0
      ? (await rowsNamed(app, ids)).filter(({ status }) => status !== 'REPLAYED')
      : await readRejected(app.database.readSql, { source, status: 'OPEN' }, replayMax);
  const { sql } = app.database;
  const deps = { sql, archive: app.archive, now: app.now };
  const { replayed, stillRejected } = await replayRejected(deps, rows, byCommand(reason));
  await projectDecisions(app);
  const records = [...replayed.map((row) => ({ ...row, status: 'REPLAYED' as const })), ...stillRejected];
  const result = {
    replayed: replayed.length,
    stillRejected: stillRejected.length,
    records: records.map((row) => ({ id: idOf(row), ...row })),
  };
  output.result(result, () =>
    rows.length === 0
      ? 'Nothing to replay: no record is rejected.'
      : `${replayed.length} records can be read now, and are in the read model as soon as it is rebuilt with them; ${stillRejected.length} are as they were.\n${table(header, records.map(rowOf))}`,
  );
  return stillRejected.length === 0 ? 0 : 1;
}

/** Gives records up, with a reason. They stay in the log and in the list. */
export async function rejectedDiscard(
  app: App,
  output: Output,
  ids: readonly string[],
  reason: string,
): Promise<number> {
  const rows = await rowsNamed(app, ids);
  const replayed = rows.find(({ status }) => status === 'REPLAYED');
  if (replayed)
    throw new CoinlogError(
      'USAGE',
      `${idOf(replayed)} was replayed: it is read now, and nothing is left to discard.`,
    );
  await discardRecords(app.database.sql, rows, byCommand(reason), app.now());
  await projectDecisions(app);
  const records = (await rowsNamed(app, ids)).map((row) => ({ id: idOf(row), ...row }));
  output.result({ records }, () => `${records.length} records discarded: ${reason}`);
  return 0;
}

const all = (row: RejectedRow, key: 'path' | 'code' | 'message' | 'received'): string =>
  row.issues.map((issue) => issue[key] ?? '').join('; ');

/** Records of APIs: what is wrong with each, and the record as JSON. */
async function recordRows(app: App, rows: readonly RejectedRow[]): Promise<(string | number)[][]> {
  const raw = await rawOf(app, rows);
  const columns = [
    'id',
    'source',
    'status',
    'run',
    'line',
    'paths',
    'codes',
    'messages',
    'received',
    'record',
  ];
  const cells = rows.map((row) => [
    idOf(row),
    row.source,
    row.status,
    row.runId ?? '',
    row.line ?? '',
    all(row, 'path'),
    all(row, 'code'),
    all(row, 'message'),
    all(row, 'received'),
    JSON.stringify(raw.get(recordKey(row)) ?? null),
  ]);
  return [columns, ...cells];
}

/** Rows of files of one header, as they were, with line, code and message; null for records of anything else. */
async function fileRows(app: App, rows: readonly RejectedRow[]): Promise<(string | number)[][] | null> {
  const found = await readRawRows(app.database.readSql, rows, app.archive);
  if (found.size < rows.length || rows.length === 0) return null;
  const headers = new Set([...found.values()].map(({ header: labels }) => JSON.stringify(labels)));
  const [header] = [...found.values()].map(({ header: labels }) => labels);
  if (headers.size !== 1 || !header) return null;
  const lines = rows.map((row) => {
    const { cells = [], raw = '' } = found.get(recordKey(row)) ?? {};
    // What could not be divided into cells stands in the first one, as it was.
    const shown = cells.length === 0 ? [raw] : cells;
    const padded = header.map((_, column) => shown[column] ?? '');
    return [...padded, row.line ?? '', all(row, 'code'), all(row, 'message')];
  });
  return [[...header, 'coinlog_line', 'coinlog_code', 'coinlog_message'], ...lines];
}

/**
 * Writes records with what is wrong with them, a line each, as CSV. Rows of a file keep their own columns and get three
 * more, so that they can be corrected and read again.
 */
export async function rejectedExport(
  app: App,
  output: Output,
  file: string,
  filter: RejectedFilter,
): Promise<number> {
  await requireReadModel(app);
  const rows = await readRejected(app.database.readSql, filter, replayMax);
  const lines = (await fileRows(app, rows)) ?? (await recordRows(app, rows));
  const csv = format();
  const written = pipeline(csv, createWriteStream(file)).catch((cause: unknown) => {
    throw new CoinlogError('USAGE', `Cannot write ${file}.`, { cause });
  });
  for (const line of lines) csv.write(line.map(guardCell));
  csv.end();
  await written;
  output.result(
    { records: rows.map((row) => ({ id: idOf(row), ...row })), file },
    () => `${rows.length} records written to ${file}.`,
  );
  return 0;
}
