import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from '../database/client.ts';
import { acquireLease, releaseLease, type LeaseRequest } from '../database/lease.ts';
import { expireHistory, historyFrom, readExpiries } from '../control/history-decisions.ts';
import { CoinlogError, messageOf } from '../errors.ts';
import type { Archive } from '../log/archive/archive.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { BatchEffects } from './batch-effects.ts';
import type { BatchLimits, Checkpoints } from './batch.ts';
import { readDecisions } from './decisions.ts';
import { projectorLease } from './leases.ts';
import { clearOrphans } from './only-rebuild.ts';
import { eventsBetween, projectStep, type StepResult } from './project.ts';
import { projectAhead, threadFromEvents } from './project-ahead.ts';
import { readHeads } from '../log/read.ts';
import { createKeeper } from './keeper.ts';
import { keepPartitionsAhead, readCheckpoints, readModelState } from './schema.ts';
import { createWakeUp } from './wake-up.ts';
import type { WriteTarget } from './write-batch.ts';

export interface ProjectorDeps {
  /** The application's pool; the projector's role is taken within each transaction. */
  sql: Sql;
  archive: Archive;
  /** Unique per process. */
  holder: string;
  /** Of the folds' code. */
  codeDigest: string;
  limits: BatchLimits;
  log: Logger;
  now: () => Date;
  /** From when on observations are to be kept; null: for ever. */
  keptFrom?: (now: Date) => Date | null;
  /** Told of each commit to the live read model. */
  onEffects?: (effects: BatchEffects) => void;
}

export interface Projector {
  /** Follows the log until closed, as the writer or standing by. */
  follow(): void;
  /** Folds until these heads are in the read model, by itself or by waiting for the process that does it. */
  catchUpTo(heads: Checkpoints, onProgress?: (remainingEvents: number) => void): Promise<{ events: number }>;
  /** True when the read model was folded by what operators have decided until now, by this or another process. */
  obeysDecisions(): Promise<boolean>;
  close(): Promise<void>;
}

// A killed writer is followed within these; a heartbeat comes with every batch and every third of it.
const leaseTtlMs = 3_000;
// Longer than any batch takes.
const stalledAfterMs = 60_000;
// For what only another process or an operator can change.
const standByMs = 2_000;
// Of a reader that is far behind nobody waits for a single page: a coin that comes ten times is written once.
const commitsAtOnce = 10;
// LISTEN is only a hint: this is how long a missed one costs.
const pollMs = 250;

const stalled = (left: number): CoinlogError =>
  new CoinlogError(
    'BUSY',
    `Another process has the projector, and has not moved for ${stalledAfterMs / 1000} s with ${left} events to go: its log says why.`,
  );

export function createProjector(deps: ProjectorDeps): Projector {
  const { sql, holder, log, now } = deps;
  const lease: LeaseRequest = { name: projectorLease, holder, ttlMs: leaseTtlMs };
  const wakeUp = createWakeUp(sql, 'coinlog_log', log);
  const stopping = new AbortController();
  const keeper = createKeeper(deps, lease, stopping.signal);
  let closing = false;
  let cleared = false;
  let partitionsMadeIn = '';
  let standingByFor = '';
  let following: Promise<void> | null = null;

  /** Once, by whoever comes to write: what a killed rebuild has left. */
  async function clearOnce(): Promise<void> {
    if (cleared) return;
    await clearOrphans(sql, holder);
    cleared = true;
  }

  /** Once a month, and at every take-over. */
  async function ensurePartitions(): Promise<void> {
    const month = now().toISOString().slice(0, 7);
    if (month === partitionsMadeIn) return;
    await keepPartitionsAhead(sql, 'read', now());
    await expireMonths();
    partitionsMadeIn = month;
  }

  /** Decides what the configuration asks for; whoever writes obeys it at the next step, as any operator's decision. */
  async function expireMonths(): Promise<void> {
    const before = deps.keptFrom?.(now()) ?? null;
    const decided = historyFrom(await readExpiries(sql));
    if (before === null || (decided !== null && decided >= before)) return;
    const by = {
      actor: 'HISTORY_RETENTION',
      reason: `observations from before ${before.toISOString()} are not kept`,
    };
    await expireHistory(sql, before, by, now());
    log.info({ before }, 'projector: older observations go from the history');
  }

  /** The next commit; of one that is far behind, all until it is not, or what it obeys has changed. */
  async function advance(target: WriteTarget, upTo?: Checkpoints): Promise<StepResult> {
    const heads = upTo ?? (await readHeads(sql));
    if (eventsBetween(await readCheckpoints(sql, 'read'), heads) < threadFromEvents)
      return projectStep(deps, target, upTo);
    const ahead = { ...deps, rowsPerCommit: commitsAtOnce * deps.limits.records };
    const { foldDigest } = target.decisions;
    let last: StepResult = { kind: 'caught_up' };
    for await (const step of projectAhead(ahead, target, heads)) {
      last = step;
      if (closing || step.kind === 'not_ours') break;
      if ((await readDecisions(sql, deps.codeDigest)).foldDigest !== foldDigest) break;
    }
    return last;
  }

  /** Stands by, with a reason, for as long as nothing but another process or an operator can change it. */
  async function standBy(reason: string): Promise<void> {
    if (reason !== standingByFor) log.warn({ reason }, 'projector: standing by');
    standingByFor = reason;
    await releaseLease(sql, lease.name, holder);
    await wakeUp.pause(standByMs);
  }

  async function standByOrOvertake(): Promise<void> {
    const kept = await keeper.overtake();
    if (kept?.kind === 'unreadable') await standBy(kept.error.message);
    else if (kept === null) await wakeUp.pause(leaseTtlMs / 3);
  }

  async function followAsWriter(): Promise<void> {
    log.debug('projector: writing the read model');
    await clearOnce();
    while (!closing) {
      const kept = await keeper.ensure();
      if (kept.kind === 'rebuilt') return;
      if (kept.kind === 'superseded') return standBy('another coinlog, started later, writes the read model');
      if (kept.kind === 'unreadable') return standBy(kept.error.message);
      standingByFor = '';
      await ensurePartitions();
      const step = await advance(kept.target);
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
        else await standByOrOvertake();
      } catch (error) {
        if (closing) return;
        log.error({ reason: messageOf(error) }, 'projector: trying again in a second');
        await wakeUp.pause(1_000);
      }
    }
  }

  /** The read model to write to, or null when that has to be asked again. Throws what no waiting mends. */
  async function ensureReadable(): Promise<WriteTarget | null> {
    const kept = await keeper.ensure();
    if (kept.kind === 'unreadable') throw kept.error;
    if (kept.kind === 'superseded')
      throw new CoinlogError('BUSY', 'Another version of coinlog, started later, writes the read model.');
    return kept.kind === 'ready' ? kept.target : null;
  }

  async function remaining(heads: Checkpoints): Promise<number> {
    if ((await readModelState(sql, 'read')) === null) return eventsBetween(new Map(), heads);
    return eventsBetween(await readCheckpoints(sql, 'read'), heads);
  }

  async function catchUpTo(heads: Checkpoints, onProgress?: (remainingEvents: number) => void) {
    // Also when nothing is left to fold: the folds may have changed, or there may be no read model at all.
    if (!following && (await acquireLease(sql, lease))) {
      await clearOnce();
      await ensureReadable();
    }
    const total = await remaining(heads);
    let left = total;
    let progressAt = performance.now();
    while (left > 0 && !closing) {
      if (!following && (await acquireLease(sql, lease))) {
        const target = await ensureReadable();
        await ensurePartitions();
        if (target) await advance(target, heads);
      } else await sleep(50);
      const before = left;
      left = await remaining(heads);
      if (left < before) progressAt = performance.now();
      else if (performance.now() - progressAt > stalledAfterMs) throw stalled(left);
      onProgress?.(left);
    }
    // What was folded just now may have been a decision about what was folded before.
    if (!following && (await acquireLease(sql, lease))) await ensureReadable();
    return { events: total - left };
  }

  return {
    follow() {
      following ??= followLoop();
    },
    catchUpTo,
    async obeysDecisions() {
      const { foldDigest } = await readDecisions(sql, deps.codeDigest);
      return (await readModelState(sql, 'read'))?.foldDigest === foldDigest;
    },
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
