import type { ReservedSql } from 'postgres';
import { databaseAway } from '../database/open.ts';
import { isUnreachable, type Queryable, type Sql } from '../database/client.ts';
import { CoinlogError } from '../errors.ts';
import { within } from './within.ts';

/** One snapshot of the read model: everything read through it belongs to one version. */
export interface ReadSession {
  /** What the answer is labelled with. */
  version: number;
  sql: Queryable;
}

export interface OpenReadSession extends ReadSession {
  /** Must be called once the answer is complete; a second call does nothing. */
  close(): Promise<void>;
}

export interface ReadSessions {
  /** DATABASE_UNREACHABLE when there is no connection to be had within the time. */
  open(limitMs?: number): Promise<OpenReadSession>;
  /** Opens, runs, closes. */
  run<T>(task: (session: ReadSession) => Promise<T>, limitMs?: number): Promise<T>;
}

// Longer than any queue for a connection is under load that can be served.
const openLimitMs = 3_000;

/**
 * In this order: the snapshot is taken after the lock, so that a swap of the read model is either wholly before or
 * wholly behind it; and the lock keeps a swap from happening until the answer is complete.
 */
const opening = `
  begin isolation level repeatable read read only;
  lock table read.read_model in access share mode;
  select version from read.read_model`;

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;

/** What a failed statement means to whoever asked. */
export function readError(error: unknown): unknown {
  if (isUnreachable(error)) return databaseAway(error);
  const code = codeOf(error);
  // The schema or the table is not there.
  if (code === '3F000' || code === '42P01')
    return new CoinlogError(
      'READ_MODEL_MISSING',
      'There is no read model yet: start a worker, or run "coinlog project".',
      {
        cause: error,
      },
    );
  return error;
}

export function createReadSessions(readSql: Sql): ReadSessions {
  async function begin(connection: ReservedSql<{ bigint: number }>): Promise<number> {
    try {
      const results: unknown = await connection.unsafe(opening).simple();
      const rows = Array.isArray(results) ? (results.at(-1) as { version: string }[]) : [];
      return Number(rows[0]?.version ?? 0);
    } catch (error) {
      await connection`rollback`.catch(() => undefined);
      throw error;
    }
  }

  async function openWhenReady(): Promise<OpenReadSession> {
    let connection: ReservedSql<{ bigint: number }> | null = null;
    try {
      connection = await readSql.reserve();
      const opened = connection;
      const version = await begin(opened);
      let closed = false;
      return {
        version,
        sql: opened,
        async close() {
          if (closed) return;
          closed = true;
          // A connection that broke meanwhile has ended its transaction by itself.
          await opened`commit`.catch(() => undefined);
          opened.release();
        },
      };
    } catch (error) {
      connection?.release();
      throw readError(error);
    }
  }

  const open = (limitMs = openLimitMs) => within(limitMs, openWhenReady(), (late) => void late.close());

  return {
    open,
    async run(task, limitMs) {
      const session = await open(limitMs);
      try {
        return await task(session);
      } catch (error) {
        throw readError(error);
      } finally {
        await session.close();
      }
    },
  };
}
