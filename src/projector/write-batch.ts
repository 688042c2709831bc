import { getTableColumns } from 'drizzle-orm';
import type { Sql, Transaction } from '../database/client.ts';
import { lockLease, type LeaseRequest } from '../database/lease.ts';
import type { LogEvent } from '../log/event.ts';
import { addSnapshotCounts, writeCoins, writeLinks, writeSourceCoins } from '../projections/coins/write.ts';
import {
  dropRepeated,
  markSeen,
  sweepPageOf,
  writeSweepPages,
  type SweepPage,
} from '../projections/coins/sweep.ts';
import { writeQuotes } from '../projections/quotes/write.ts';
import { createStaging, writeStaged } from '../projections/records/staged.ts';
import { foldRun, noRecords, type RecordCounts, type RunState } from '../projections/runs/fold.ts';
import { run } from '../projections/runs/tables.ts';
import { readRuns, writeRuns } from '../projections/runs/write.ts';
import { countNewRows, countOutcomes, writeSnapshots } from '../projections/snapshots/write.ts';
import { addSourceCounts, writeSourceRuns } from '../projections/sources/write.ts';
import type { FoldedEvent } from './fold-event.ts';
import { storableJson } from './storable-json.ts';
import { writeDecisions } from './write-decisions.ts';
import { writeDrifts } from './write-drift.ts';
import type { Decisions } from './decisions.ts';

/** Which read model to write to, and by what right. */
export interface WriteTarget {
  schema: string;
  /** Null for a schema that nobody else knows of. */
  lease: LeaseRequest | null;
  decisions: Decisions;
}

export type WriteResult =
  | { kind: 'written'; version: number }
  /** Nothing was written: another process is the writer now, or was faster. */
  | { kind: 'not_ours'; reason: string };

class NotOurs extends Error {}

type Outcomes = Pick<RecordCounts, 'accepted' | 'revised' | 'duplicates'>;
const keyOf = (stream: string, version: number): string => `${stream}:${version}`;
const noOutcomes: Outcomes = { accepted: 0, revised: 0, duplicates: 0 };

type PerEvent<T> = (T & { stream: string; version: number })[];

/** The rows' own statements, in the only order that counts right: outcomes and new rows before what they compare with. */
async function writeRecords(
  tx: Transaction,
  rows: string[],
  sweep: readonly SweepPage[],
): Promise<Map<string, Outcomes>> {
  const outcomes = new Map<string, Outcomes>();
  if (rows.length === 0) return outcomes;
  await tx.unsafe(createStaging);
  await tx.unsafe(writeStaged, [`[${rows.join(',')}]`]);
  const repeated = sweep.length === 0 ? [] : await dropRepeatedCoins(tx, sweep);
  for (const row of await tx.unsafe<PerEvent<Outcomes>>(countOutcomes))
    outcomes.set(keyOf(row.stream, row.version), row);
  for (const row of repeated) {
    const known = outcomes.get(keyOf(row.stream, row.version)) ?? noOutcomes;
    outcomes.set(keyOf(row.stream, row.version), {
      ...known,
      duplicates: known.duplicates + row.repeated,
    });
  }
  const steps = [
    countNewRows,
    addSourceCounts,
    writeSnapshots,
    writeQuotes,
    writeSourceCoins,
    addSnapshotCounts,
    ...(sweep.some(({ more }) => more) ? [markSeen] : []),
    writeLinks,
    writeCoins,
  ];
  for (const step of steps) await tx.unsafe(step);
  return outcomes;
}

async function dropRepeatedCoins(
  tx: Transaction,
  sweep: readonly SweepPage[],
): Promise<PerEvent<{ repeated: number }>> {
  await tx.unsafe(writeSweepPages, [JSON.stringify(sweep)]);
  return tx.unsafe<PerEvent<{ repeated: number }>>(dropRepeated);
}

/** Throws when the records that were read are not those that were accounted for: no row is ever lost in silence. */
function countsOf(folded: FoldedEvent, outcomes: ReadonlyMap<string, Outcomes>): RecordCounts {
  if (folded.kind === 'dead' || folded.records === null) return noRecords;
  const { read, rejected, skipped, frozen } = folded.records;
  const { stream, version } = folded.event;
  const { accepted, revised, duplicates } = outcomes.get(keyOf(stream, version)) ?? noOutcomes;
  const counts = { accepted, revised, rejected: rejected.length, duplicates, skipped };
  const accounted = Object.values(counts).reduce((sum, count) => sum + count, 0);
  if (accounted !== read)
    throw new RangeError(`${stream} ${version}: ${read} records were read and ${accounted} accounted for`);
  return { read, ...counts, frozen };
}

const runColumns = Object.entries(getTableColumns(run));
const asRow = (state: RunState): Record<string, unknown> =>
  Object.fromEntries(runColumns.map(([key, column]) => [column.name, state[key as keyof RunState]]));

/** A run still knows of a page that nobody can read; the run's own fold may be what cannot read it. */
function foldDead(state: RunState | null, event: LogEvent): RunState | null {
  try {
    return foldRun(state, event, noRecords);
  } catch {
    return state;
  }
}

type RunStates = Map<string, RunState>;

const runIdsOf = (batch: readonly FoldedEvent[]): string[] => [
  ...new Set(batch.flatMap(({ event }) => event.runId ?? [])),
];

/** The states that a batch goes on from. */
async function readRunStates(tx: Transaction, batch: readonly FoldedEvent[]): Promise<RunStates> {
  const runIds = runIdsOf(batch);
  if (runIds.length === 0) return new Map();
  const known = await tx.unsafe<RunState[]>(readRuns, [runIds]);
  return new Map(known.map((state) => [state.runId, state]));
}

/** The pages of a batch that belong to a sweep of several; a run begins with the first event that names it. */
function sweepOf(batch: readonly FoldedEvent[], states: RunStates): SweepPage[] {
  const runFrom = new Map([...states.values()].map((state) => [state.runId, state.startedVersion]));
  return batch.flatMap(({ event }) => {
    if (event.runId === null) return [];
    const from = runFrom.get(event.runId) ?? event.version;
    runFrom.set(event.runId, from);
    return sweepPageOf(event, from) ?? [];
  });
}

async function writeRunStates(
  tx: Transaction,
  batch: readonly FoldedEvent[],
  states: RunStates,
  outcomes: ReadonlyMap<string, Outcomes>,
) {
  const runIds = runIdsOf(batch);
  if (runIds.length === 0) return;
  for (const folded of batch) {
    const { event } = folded;
    if (event.runId === null) continue;
    const before = states.get(event.runId) ?? null;
    const next =
      folded.kind === 'dead' ? foldDead(before, event) : foldRun(before, event, countsOf(folded, outcomes));
    if (next) states.set(event.runId, next);
  }
  await tx.unsafe(writeRuns, [JSON.stringify([...states.values()].map(asRow))]);
  await tx.unsafe(writeSourceRuns, [runIds]);
}

async function writeAside(tx: Transaction, batch: readonly FoldedEvent[]): Promise<void> {
  const rejected = batch.flatMap((folded) =>
    folded.kind === 'folded' && folded.records
      ? folded.records.rejected.map(({ index, line, issues }) => ({
          stream: folded.event.stream,
          version: folded.event.version,
          record_index: index,
          source: folded.source,
          run_id: folded.event.runId,
          line,
          issues,
          recorded_at: folded.event.recordedAt,
        }))
      : [],
  );
  if (rejected.length > 0)
    await tx`
      insert into rejected_record (stream, version, record_index, source, run_id, line, issues, recorded_at)
      select stream, version, record_index, source, run_id, line, issues, recorded_at
      from jsonb_to_recordset(${storableJson(rejected)}::text::jsonb)
        as r (stream text, version bigint, record_index int, source text, run_id text, line int, issues jsonb,
          recorded_at timestamptz)`;
  for (const folded of batch)
    if (folded.kind === 'dead')
      await tx`
        insert into dead_letter (stream, version, reason)
        values (${folded.event.stream}, ${folded.event.version}, ${folded.reason})`;
}

/** Moves each stream's checkpoint from just before the batch's first event to its last; refuses any other start. */
async function moveCheckpoints(tx: Transaction, batch: readonly FoldedEvent[]): Promise<void> {
  const spans = new Map<string, { first: number; last: number }>();
  for (const { event } of batch) {
    const span = spans.get(event.stream);
    if (span && event.version !== span.last + 1)
      throw new RangeError(`${event.stream} ${span.last + 1} is missing from a batch`);
    spans.set(event.stream, { first: span?.first ?? event.version, last: event.version });
  }
  for (const [stream, { first, last }] of spans) {
    const moved =
      first === 1
        ? await tx`insert into checkpoint (stream, version) values (${stream}, ${last}) on conflict do nothing returning 1`
        : await tx`update checkpoint set version = ${last} where stream = ${stream} and version = ${first - 1} returning 1`;
    if (moved.length === 0) throw new NotOurs(`${stream} is no longer at version ${first - 1}`);
  }
}

/**
 * Writes one batch, its checkpoints and the raised version in one transaction; the version is raised last. Exactly
 * once: a batch that was written already moves no checkpoint and is refused whole.
 */
export async function writeBatch(
  sql: Sql,
  target: WriteTarget,
  batch: readonly FoldedEvent[],
): Promise<WriteResult> {
  try {
    const version = await sql.begin(async (tx) => {
      if (target.lease && !(await lockLease(tx, target.lease)))
        throw new NotOurs('another process has the lease');
      await tx`set local role coinlog_projector`;
      await tx.unsafe(`set local search_path = ${target.schema}, pg_temp`);
      const [model] = await tx<{ foldDigest: string }[]>`select fold_digest from read_model for update`;
      if (model?.foldDigest !== target.decisions.foldDigest)
        throw new NotOurs('the read model was made by other folds');
      await moveCheckpoints(tx, batch);
      const rows = batch.flatMap((f) => (f.kind === 'folded' && f.records ? f.records.stagedRows : []));
      const states = await readRunStates(tx, batch);
      const outcomes = await writeRecords(tx, rows, sweepOf(batch, states));
      await writeRunStates(tx, batch, states, outcomes);
      await writeAside(tx, batch);
      await writeDrifts(tx, batch);
      await writeDecisions(tx, batch);
      const [raised] = await tx<{ version: number }[]>`
        update read_model set version = version + 1 returning version`;
      if (target.lease) await tx`select pg_notify('coinlog_read', '')`;
      return raised?.version ?? 0;
    });
    return { kind: 'written', version };
  } catch (error) {
    if (error instanceof NotOurs) return { kind: 'not_ours', reason: error.message };
    throw error;
  }
}
