import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from '../database/client.ts';
import { acquireLease, releaseLease, type LeaseRequest } from '../database/lease.ts';
import { CoinlogError, messageOf } from '../errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { BatchLimits, Checkpoints } from './batch.ts';
import { projectorLease } from './leases.ts';
import { eventsBetween, projectStep } from './project.ts';
import { rebuild } from './rebuild.ts';
import { createLiveReadModel, keepPartitionsAhead, readCheckpoints, readModelState } from './schema.ts';
import { createWakeUp } from './wake-up.ts';

export interface ProjectorDeps {
  /** The application's pool; the projector's role is taken within each transaction. */
  sql: Sql;
  /** Unique per process. */
  holder: string;
  foldDigest: string;
  limits: BatchLimits;
  log: Logger;
  now: () => Date;
}

export interface Projector {
  /** Follows the log until closed, as the writer or standing by. */
  follow(): void;
  /** Folds until these heads are in the read model, by itself or by waiting for the process that does it. */
  catchUpTo(heads: Checkpoints, onProgress?: (remainingEvents: number) => void): Promise<{ events: number }>;
  close(): Promise<void>;
}

// A killed writer is followed within these; a heartbeat comes with every batch and every third of it.
const leaseTtlMs = 3_000;
// Longer than any batch takes.
const stalledAfterMs = 60_000;
// LISTEN is only a hint: this is how long a missed one costs.
const pollMs = 250;

const stalled = (left: number): CoinlogError =>
  new CoinlogError(
    'BUSY',
    `Another process has the projector, and has not moved for ${stalledAfterMs / 1000} s with ${left} events to go: its log says why.`,
  );

export function createProjector({ sql, holder, foldDigest, limits, log, now }: ProjectorDeps): Projector {
  const lease: LeaseRequest = { name: projectorLease, holder, ttlMs: leaseTtlMs };
  const target = { schema: 'read', lease, foldDigest };
  const wakeUp = createWakeUp(sql, 'coinlog_log', log);
  const stopping = new AbortController();
  let closing = false;
  let partitionsMadeIn = '';
  let following: Promise<void> | null = null;

  /** The read model is there, and made by these folds; else it is made, or rebuilt beside and swapped. */
  async function ensureReadModel(): Promise<void> {
    const state = await readModelState(sql, 'read');
    if (state === null) await createLiveReadModel(sql, lease, foldDigest, now());
    else if (state.foldDigest !== foldDigest) {
      log.warn(
        { was: state.foldDigest, is: foldDigest },
        'the folds have changed: rebuilding the read model beside the live one',
      );
      await rebuild({ sql, holder, foldDigest, limits, now, signal: stopping.signal });
    }
  }

  /** Once a month, and at every take-over. */
  async function ensurePartitions(): Promise<void> {
    const month = now().toISOString().slice(0, 7);
    if (month === partitionsMadeIn) return;
    await keepPartitionsAhead(sql, 'read', now());
    partitionsMadeIn = month;
  }

  async function followAsWriter(): Promise<void> {
    log.info('projector: writing the read model');
    await ensureReadModel();
    while (!closing) {
      await ensurePartitions();
      const step = await projectStep(sql, target, limits);
      if (step.kind === 'not_ours') return log.warn({ reason: step.reason }, 'projector: standing by');
      if (step.kind === 'projected') continue;
      await wakeUp.wait(pollMs);
      if (!closing && !(await acquireLease(sql, lease))) return;
    }
  }

  async function followLoop(): Promise<void> {
    while (!closing) {
      try {
        if (await acquireLease(sql, lease)) await followAsWriter();
        else await wakeUp.pause(leaseTtlMs / 3);
      } catch (error) {
        if (closing) return;
        log.error({ reason: messageOf(error) }, 'projector: trying again in a second');
        await wakeUp.pause(1_000);
      }
    }
  }

  async function remaining(heads: Checkpoints): Promise<number> {
    if ((await readModelState(sql, 'read')) === null) return eventsBetween(new Map(), heads);
    return eventsBetween(await readCheckpoints(sql, 'read'), heads);
  }

  async function catchUpTo(heads: Checkpoints, onProgress?: (remainingEvents: number) => void) {
    // Also when nothing is left to fold: the folds may have changed, or there may be no read model at all.
    if (!following && (await acquireLease(sql, lease))) await ensureReadModel();
    const total = await remaining(heads);
    let left = total;
    let progressAt = performance.now();
    while (left > 0 && !closing) {
      if (!following && (await acquireLease(sql, lease))) {
        await ensureReadModel();
        await ensurePartitions();
        await projectStep(sql, target, limits, heads);
      } else await sleep(50);
      const before = left;
      left = await remaining(heads);
      if (left < before) progressAt = performance.now();
      else if (performance.now() - progressAt > stalledAfterMs) throw stalled(left);
      onProgress?.(left);
    }
    return { events: total - left };
  }

  return {
    follow() {
      following ??= followLoop();
    },
    catchUpTo,
    async close() {
      closing = true;
      stopping.abort();
      wakeUp.close();
      await following;
      // A database that is gone keeps the lease until it expires by itself.
      await releaseLease(sql, lease.name, holder).catch(() => undefined);
    },
  };
}
