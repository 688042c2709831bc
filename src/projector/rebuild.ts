import { setTimeout as sleep } from 'node:timers/promises';
import { allSettled } from '../all-settled.ts';
import type { Sql, Transaction } from '../database/client.ts';
import { blockLease } from '../database/lease.ts';
import { CoinlogError } from '../errors.ts';
import { historyFrom } from '../control/history-decisions.ts';
import type { Archive } from '../log/archive/archive.ts';
import { createGatheredCoins, type GatheredCoins } from '../projections/coins/gathered.ts';
import { allTables } from '../projections/read-model.ts';
import { snapshotTable } from '../projections/snapshots/tables.ts';
import { readHeads } from '../log/read.ts';
import type { BatchLimits, Checkpoints } from './batch.ts';
import { createCorrections, type Corrections } from './correct.ts';
import { madeByOf, readDecisions } from './decisions.ts';
import { createIdentityMemory } from './identity-memory.ts';
import { projectorLease } from './leases.ts';
import { expireBeside } from './expire.ts';
import { asOnlyRebuild } from './only-rebuild.ts';
import { eventsBetween } from './project.ts';
import { projectAhead } from './project-ahead.ts';
import type { RebuildProgress, RebuildRecord } from './rebuild-record.ts';
import { announceVersion, lastShown, noteShown } from './shown.ts';
import type { WriteTarget } from './write-batch.ts';
import { writeSummaries } from './write-records.ts';
import {
  createReadIndexes,
  createReadModelBeside,
  dropReadModel,
  pointPublicViews,
  readCheckpoints,
  readModelState,
} from './schema.ts';

export interface RebuildDeps {
  sql: Sql;
  archive: Archive;
  holder: string;
  /** Of the folds' code. */
  codeDigest: string;
  limits: BatchLimits;
  now: () => Date;
  /** Ends it at the next batch; what was built beside is cleared by the next rebuild. */
  signal?: AbortSignal;
  /** For the record. */
  reason?: string;
  /** Told once it is the only one, with the id of its record. */
  onStart?: (id: string) => void;
  onProgress?: (progress: RebuildProgress) => void;
}

export interface RebuildResult {
  events: number;
  snapshots: number;
  durationMs: number;
  swapped: boolean;
}

// How long readers may queue behind a swap that waits for a slow one, before it steps back and tries again.
const swapLockTimeoutMs = 50;
// In one transaction, which keeps the writer waiting for some two seconds at most.
const turnsPerSwap = 20;
const swapAttempts = 10;

/** A read model that is being made beside the live one. */
export interface Beside extends Pick<WriteTarget, 'schema' | 'decisions' | 'onDead' | 'identity'> {
  /** Somebody will: it gets the indexes that reading wants. */
  isRead: boolean;
}

/** Makes what follows from the snapshots, once for all of them. */
async function sumUp(sql: Sql, schema: string, gathered: GatheredCoins): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`set local role coinlog_projector`;
    await tx.unsafe(`set local search_path = ${schema}, pg_temp`);
    await writeSummaries(tx, gathered);
  });
}

/**
 * Folds the bulk of the log into an empty schema of its own. What follows from the snapshots is made once, at the end,
 * and meanwhile the indexes of the snapshots, on another connection: 1.5 s of 5.8 for 150,000 of them otherwise.
 */
export async function foldAll(
  deps: RebuildDeps,
  beside: Beside,
  upTo: Checkpoints,
  record: RebuildRecord,
): Promise<number> {
  const { sql } = deps;
  const { schema, decisions } = beside;
  const gathered = createGatheredCoins();
  const events = await foldUpTo(deps, { ...beside, lease: null, gathered }, upTo, record);
  await expireBeside(sql, schema, historyFrom(decisions.expiries));
  record.report({ phase: 'summing up' });
  const indexing = beside.isRead ? createReadIndexes(sql, schema, [snapshotTable]) : Promise.resolve();
  await allSettled([sumUp(sql, schema, gathered), indexing]);
  if (!beside.isRead) return events;
  record.report({ phase: 'indexing' });
  await createReadIndexes(
    sql,
    schema,
    allTables.filter((table) => table !== snapshotTable),
  );
  return events;
}

/** Folds on from there until it has everything up to `upTo`. */
export function foldOn(
  deps: RebuildDeps,
  beside: Beside,
  upTo: Checkpoints,
  record: RebuildRecord,
): Promise<number> {
  record.report({ phase: 'catching up' });
  return foldUpTo(deps, { ...beside, lease: null, gathered: null }, upTo, record);
}

async function foldUpTo(
  deps: RebuildDeps,
  target: WriteTarget,
  upTo: Checkpoints,
  record: RebuildRecord,
): Promise<number> {
  const left = eventsBetween(await readCheckpoints(deps.sql, target.schema), upTo);
  const total = record.progress().events + left;
  record.report({ total });
  let events = 0;
  const ahead = { ...deps, rowsPerCommit: deps.limits.records };
  for await (const step of projectAhead(ahead, target, upTo)) {
    if (step.kind === 'not_ours') throw new CoinlogError('BUSY', `Rebuild stopped: ${step.reason}.`);
    if (deps.signal?.aborted) throw new CoinlogError('BUSY', 'The rebuild was stopped; nothing was changed.');
    events += step.events;
    const done = record.progress();
    record.report({ events: done.events + step.events, rows: done.rows + step.rows });
  }
  return events;
}

const isLockTimeout = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === '55P03';

/** Waits until nobody reads, in short turns: whoever comes meanwhile is answered first. The writer waits with it. */
async function lockOutReaders(tx: Transaction): Promise<void> {
  await tx.unsafe(`set local lock_timeout = ${swapLockTimeoutMs}`);
  for (let turn = 1; ; turn += 1) {
    try {
      await tx.savepoint((nested) => nested`lock table read.read_model in access exclusive mode`);
      break;
    } catch (error) {
      if (!isLockTimeout(error) || turn === turnsPerSwap) throw error;
      await sleep(10 + Math.random() * 90);
    }
  }
  await tx`alter schema read rename to read_old`;
}

/**
 * Renames the schemas, in a transaction that keeps the writer waiting. Whoever reads holds a share lock on
 * `read_model` until its answer is complete, so no answer sees half of each. Renaming tables instead took 1,218 ms
 * with one slow reader open, and every read behind it waited; renaming the schema 3 ms.
 */
async function swap(tx: Transaction, corrections: Corrections, now: Date): Promise<void> {
  await tx`set local role coinlog_projector`;
  const live = await readModelState(tx, 'read');
  const version = (live?.version ?? (await lastShown(tx))) + 1;
  await announceVersion(tx);
  await noteShown(tx, version, 'read_next', await corrections.keep(tx, version));
  if (live) await lockOutReaders(tx);
  await tx`update read_next.read_model set version = ${version}, rebuilt_version = ${version}, rebuilt_at = ${now}`;
  await tx`alter schema read_next rename to read`;
  await pointPublicViews(tx, 'read');
  await tx`select pg_notify('coinlog_read', '')`;
}

async function catchUpAndSwap(
  deps: RebuildDeps,
  beside: Beside,
  corrections: Corrections,
  record: RebuildRecord,
): Promise<number> {
  const { sql, now } = deps;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await sql.begin(async (tx) => {
        await blockLease(tx, projectorLease);
        const live = (await readModelState(tx, 'read'))
          ? await readCheckpoints(tx, 'read')
          : new Map<string, number>();
        const events = await foldOn(deps, beside, live, record);
        record.report({ phase: 'swapping' });
        await swap(tx, corrections, now());
        return events;
      });
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
      if (attempt === swapAttempts)
        throw new CoinlogError(
          'BUSY',
          'The rebuilt read model is ready, but somebody has been reading the live one all the time: end that long query (pg_stat_activity shows it), then rebuild again.',
          { cause: error },
        );
      await sleep(10 + Math.random() * 90);
    }
  }
}

async function countSnapshots(sql: Sql): Promise<number> {
  const [row] = await sql<
    { snapshots: number }[]
  >`select coalesce(sum(snapshots), 0)::bigint as snapshots from read.source`;
  return row?.snapshots ?? 0;
}

/** Rebuilds the read model beside the live one, which goes on meanwhile, and swaps them in milliseconds. */
export function rebuild(deps: RebuildDeps): Promise<RebuildResult> {
  return asOnlyRebuild(
    deps,
    'swap',
    (record) => rebuildBeside(deps, record),
    () => ({ status: 'swapped' }),
  );
}

async function rebuildBeside(deps: RebuildDeps, record: RebuildRecord): Promise<RebuildResult> {
  const { sql, now } = deps;
  const startedAt = performance.now();
  const decisions = await readDecisions(sql, deps.codeDigest);
  const madeBy = madeByOf(deps.codeDigest, decisions);
  await createReadModelBeside(sql, 'read_next', madeBy, now());
  const identity = createIdentityMemory(deps);
  const beside: Beside = { schema: 'read_next', decisions, onDead: 'stop', identity, isRead: true };
  let events = await foldAll(deps, beside, await readHeads(sql), record);
  record.report({ phase: 'comparing' });
  const corrections = createCorrections(deps, decisions);
  await corrections.noteAhead();
  events += await catchUpAndSwap(deps, beside, corrections, record);
  await dropReadModel(sql, 'read_old');
  return {
    events,
    snapshots: await countSnapshots(sql),
    durationMs: Math.round(performance.now() - startedAt),
    swapped: true,
  };
}
