import { randomUUID } from 'node:crypto';
import type { Sql } from '../database/client.ts';
import { acquireLease, releaseLease } from '../database/lease.ts';
import { messageOf } from '../errors.ts';
import { createWakeUp, type WakeUp } from '../projector/wake-up.ts';
import type { Logger } from '../telemetry/logger.ts';

/** What one process of a database does at a time, again and again as the read model moves. */
export interface DutyTask {
  /** Of its lease. */
  name: string;
  /** The longest between two steps; the read model's commits are a hint to come sooner. */
  pollMs: number;
  /** The least between two steps. */
  restMs: number;
  /** `stillOurs`: to be asked before anything is written; what was done after a no would be on a stale view. */
  step(stillOurs: () => Promise<boolean>): Promise<void>;
  /** Another process may have had it meanwhile: what was remembered is worth nothing. */
  onTakeOver(): void;
}

export interface DutyDeps {
  sql: Sql;
  log: Logger;
}

export interface Duty {
  /** Does it until closed, or stands by for the process that does. */
  follow(): void;
  /** Runs something of the duty now, between two steps; null while another process has the duty. */
  now<T>(run: (stillOurs: () => Promise<boolean>) => Promise<T>): Promise<T | null>;
  close(): Promise<void>;
}

// A killed process is followed after this; a heartbeat comes every third of it.
const ttlMs = 15_000;
const afterErrorMs = 1_000;

export function createDuty({ sql, log }: DutyDeps, task: DutyTask): Duty {
  const lease = { name: task.name, holder: `${process.pid}-${randomUUID()}`, ttlMs };
  let closing = false;
  let held = false;
  let wakeUp: WakeUp | null = null;
  let following: Promise<void> | null = null;
  let turn: Promise<unknown> = Promise.resolve();

  async function take(): Promise<boolean> {
    const taken = await acquireLease(sql, lease);
    if (taken && !held) task.onTakeOver();
    held = taken;
    return taken;
  }

  async function release(): Promise<void> {
    held = false;
    // A database that is gone keeps the lease until it expires by itself.
    await releaseLease(sql, lease.name, lease.holder).catch(() => undefined);
  }

  /** One after the other, and with a heartbeat: a step may take longer than the lease lasts. */
  function inTurn<T>(run: () => Promise<T>): Promise<T> {
    const mine = turn.then(async () => {
      let beating: Promise<unknown> = Promise.resolve();
      const heartbeat = setInterval(() => {
        beating = take().catch(() => false);
      }, ttlMs / 3);
      try {
        return await run();
      } finally {
        clearInterval(heartbeat);
        // One that is under way would take the lease back after its release.
        await beating;
      }
    });
    turn = mine.catch(() => undefined);
    return mine;
  }

  const stepOrStandBy = (): Promise<boolean> =>
    inTurn(async () => {
      if (!(await take())) return false;
      await task.step(take);
      return true;
    });

  async function followLoop(wake: WakeUp): Promise<void> {
    while (!closing) {
      try {
        if (!(await stepOrStandBy())) {
          await wake.pause(ttlMs / 3);
          continue;
        }
        await wake.pause(task.restMs);
        await wake.wait(task.pollMs);
      } catch (error) {
        if (closing) return;
        log.error({ duty: task.name, reason: messageOf(error) }, 'trying again in a second');
        await wake.pause(afterErrorMs);
      }
    }
  }

  return {
    follow() {
      wakeUp ??= createWakeUp(sql, 'coinlog_read', log);
      following ??= followLoop(wakeUp);
    },
    now: (run) =>
      inTurn(async () => {
        if (closing || !(await take())) return null;
        try {
          return await run(take);
        } finally {
          if (following === null) await release();
        }
      }),
    async close() {
      closing = true;
      wakeUp?.close();
      await following;
      await turn;
      if (held) await release();
    },
  };
}
