import type { Sql } from '../database/client.ts';
import { acquireLease, releaseLease } from '../database/lease.ts';
import { CoinlogError, messageOf } from '../errors.ts';
import { rebuildLease } from './leases.ts';
import { dropReadModel } from './schema.ts';
import type { RebuildDeps } from './rebuild.ts';
import {
  failUnended,
  openRebuildRecord,
  type RebuildEnd,
  type RebuildKind,
  type RebuildRecord,
} from './rebuild-record.ts';

// A rebuild that was killed is cleared by the next one after this.
const rebuildTtlMs = 15_000;

/** What rebuilds and comparisons make beside the live read model, for as long as they run. */
const transient = ['read_next', 'read_old', 'read_verify'];

/**
 * Clears what a killed rebuild has left, where none is running: its schemas, which may hold what has been redacted since,
 * and a record without an end.
 */
export async function clearOrphans(sql: Sql, holder: string): Promise<void> {
  if (!(await acquireLease(sql, { name: rebuildLease, holder, ttlMs: rebuildTtlMs }))) return;
  try {
    for (const schema of transient) await dropReadModel(sql, schema);
    await failUnended(sql);
  } finally {
    await releaseLease(sql, rebuildLease, holder);
  }
}

/**
 * Runs a task as the only rebuild of this database, on record from its beginning to its end; throws BUSY while another
 * one runs. `endOf`: what a result means to those who look on.
 */
export async function asOnlyRebuild<T>(
  { sql, holder, reason = 'command', onStart, onProgress }: RebuildDeps,
  kind: RebuildKind,
  task: (record: RebuildRecord) => Promise<T>,
  endOf: (result: T) => RebuildEnd,
): Promise<T> {
  const lease = { name: rebuildLease, holder, ttlMs: rebuildTtlMs };
  if (!(await acquireLease(sql, lease)))
    throw new CoinlogError(
      'BUSY',
      'Another rebuild is running on this database: wait for it, then try again. "coinlog status" shows how far it is.',
    );
  const heartbeat = setInterval(() => void acquireLease(sql, lease).catch(() => false), rebuildTtlMs / 3);
  try {
    for (const schema of transient) await dropReadModel(sql, schema);
    const record = await openRebuildRecord(sql, { kind, holder, reason }, onProgress);
    onStart?.(record.id);
    try {
      const result = await task(record);
      await record.end(endOf(result));
      return result;
    } catch (error) {
      // A database that is gone takes no more records; the next rebuild ends this one's.
      await record.end({ status: 'failed', error: messageOf(error) }).catch(() => undefined);
      throw error;
    }
  } finally {
    clearInterval(heartbeat);
    await releaseLease(sql, rebuildLease, holder);
  }
}
