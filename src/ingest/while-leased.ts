import { randomUUID } from 'node:crypto';
import type { Sql } from '../database/client.ts';
import { acquireLease, releaseLease } from '../database/lease.ts';
import { messageOf } from '../errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import { RunTakenOver } from './run-stream.ts';

export interface LeasedTask<T> {
  sql: Sql;
  log: Logger;
  /** The feed that only one process may run. */
  stream: string;
  /** Gets a signal that is aborted once the lease is lost. */
  run: (lost: AbortSignal) => Promise<T>;
}

export type LeasedResult<T> = { kind: 'ran'; value: T } | { kind: 'taken' };

// A heartbeat every third of it; a killed process is followed after this.
export const leaseTtlMs = 15_000;

/** Runs a task while holding a feed's lease, with a heartbeat on the database's clock. */
export async function whileLeased<T>({ sql, log, stream, run }: LeasedTask<T>): Promise<LeasedResult<T>> {
  // Per run, not per process: two runs of one process must not share a feed either.
  const lease = { name: `ingest:${stream}`, holder: `${process.pid}-${randomUUID()}`, ttlMs: leaseTtlMs };
  if (!(await acquireLease(sql, lease))) return { kind: 'taken' };
  const lost = new AbortController();
  let beating: Promise<void> = Promise.resolve();
  const beat = async () => {
    if (!(await acquireLease(sql, lease))) lost.abort(new RunTakenOver(stream));
  };
  const heartbeat = setInterval(() => {
    beating = beat().catch((error: unknown) => log.warn({ reason: messageOf(error) }, 'heartbeat failed'));
  }, leaseTtlMs / 3);
  try {
    return { kind: 'ran', value: await run(lost.signal) };
  } finally {
    clearInterval(heartbeat);
    // One that is under way would take the lease back after its release.
    await beating;
    await releaseLease(sql, lease.name, lease.holder).catch(() => undefined);
  }
}
