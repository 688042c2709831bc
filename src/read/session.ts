import type { ReservedSql } from 'postgres';
import type { Queryable, Sql } from '../database/client.ts';
import { readError } from './read-error.ts';
import { createVersionReader, type ReadVersion, type VersionReader } from './versions.ts';
import { within } from './within.ts';

/** One snapshot of the read model: everything read through it belongs to one version. */
export interface ReadSession {
  /** What the answer is labelled with. */
  version: number;
  /**
   * What was seen when it is read steadily; null in a snapshot. What is read steadily may be of a later version, and may be kept
   * for other steady reads of this one: all of them ask again whether it has moved.
   */
  steady: ReadVersion | null;
  sql: Queryable;
}

export interface OpenReadSession extends ReadSession {
  /** Must be called once the answer is complete; a second call does nothing. */
  close(): Promise<void>;
}

/**
 * Read without a transaction, which saves the database most of what a small answer costs it. Each change of the read
 * model raises the version in its own commit: so what was read is of one version if that has not moved meanwhile.
 */
export interface SteadyReads {
  version: number;
  steady: ReadVersion;
  /** For statements that are short whatever is asked: others' are sent with them. See docs/decisions/0029. */
  shared: () => Queryable | Promise<Queryable>;
  /** For all others: a connection of its own, until it is closed. DATABASE_UNREACHABLE when there is none to be had within the time. */
  own: () => Promise<Queryable>;
  /** Must be called once everything is read; a second call does nothing. */
  close(): void;
  /** Asks the version again, once all is read and closed: who waits holds no connection. False: some of it may be of a later version, and must be read anew. */
  isWhole(): Promise<boolean>;
}

export interface ReadSessions {
  /** DATABASE_UNREACHABLE when there is no connection to be had within the time. */
  open(limitMs?: number): Promise<OpenReadSession>;
  /** `seen`: a version that was read before, where one was; whether it still is the one shows in the end. */
  openSteady(seen?: ReadVersion): Promise<SteadyReads>;
  /** Runs a task that only reads: steadily, or, when the version moves meanwhile, once more in a snapshot. */
  run<T>(task: (session: ReadSession) => Promise<T>, limitMs?: number, seen?: ReadVersion): Promise<T>;
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

/** `sharedSql`: a pool of few connections for short statements, which are sent together; null: they have none of their own. */
export function createReadSessions(
  readSql: Sql,
  versions: VersionReader = createVersionReader(readSql),
  sharedSql: Sql | null = null,
): ReadSessions {
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
        steady: null,
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

  const reserve = (limitMs: number) => within(limitMs, readSql.reserve(), (late) => late.release());

  async function openSteady(seen?: ReadVersion, limitMs = openLimitMs): Promise<SteadyReads> {
    const readVersion = () => (limitMs < openLimitMs ? within(limitMs, versions.read()) : versions.read());
    const steady = seen ?? versions.recent() ?? (await readVersion());
    const { epoch, version } = steady;
    let reserved: Promise<ReservedSql<{ bigint: number }>> | null = null;
    function own() {
      if (reserved) return reserved;
      reserved = reserve(limitMs);
      // Whoever waits for it is told; nobody may, after another statement has failed.
      reserved.catch(() => undefined);
      return reserved;
    }
    return {
      version,
      steady,
      // Never of the pool that others are reserved from: all of them could wait for each other.
      shared: () => sharedSql ?? own(),
      own,
      close() {
        reserved?.then((connection) => connection.release()).catch(() => undefined);
        reserved = null;
      },
      async isWhole() {
        const now = await readVersion();
        return now.version === version && now.epoch === epoch;
      },
    };
  }

  /** Null: the version moved. */
  async function runSteadily<T>(
    task: (session: ReadSession) => Promise<T>,
    limitMs?: number,
    seen?: ReadVersion,
  ): Promise<{ value: T } | null> {
    const reads = await openSteady(seen, limitMs);
    let value: T;
    try {
      const { version, steady } = reads;
      value = await task({ version, steady, sql: await reads.own() });
    } finally {
      reads.close();
    }
    return (await reads.isWhole()) ? { value } : null;
  }

  async function runInSnapshot<T>(task: (session: ReadSession) => Promise<T>, limitMs?: number): Promise<T> {
    const session = await open(limitMs);
    try {
      return await task(session);
    } finally {
      await session.close();
    }
  }

  return {
    open,
    openSteady: (seen) => openSteady(seen),
    async run(task, limitMs, seen) {
      try {
        const steady = await runSteadily(task, limitMs, seen);
        return steady ? steady.value : await runInSnapshot(task, limitMs);
      } catch (error) {
        throw readError(error);
      }
    },
  };
}
