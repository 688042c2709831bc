import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from '../database/client.ts';
import { messageOf } from '../errors.ts';
import type { VersionReader } from './versions.ts';

/** Follows the version of the read model: one for a process, whoever wants to know. */
export interface VersionWatch {
  /** Resolves with the version once it is later than `known`, or with whatever it is when the watch is closed. */
  later(known: number): Promise<number>;
  readonly closed: boolean;
  close(): Promise<void>;
}

export interface VersionWatchDeps {
  /** Listens; null: polling alone. */
  sql: Sql | null;
  versions: VersionReader;
  /** The truth: how late a version is seen when no hint comes. */
  pollMs: number;
  onTrouble: (reason: string) => void;
}

export function createVersionWatch({ sql, versions, pollMs, onTrouble }: VersionWatchDeps): VersionWatch {
  const closing = new AbortController();
  let version = 0;
  let wake = new AbortController();
  let changed = Promise.withResolvers<void>();
  let running: Promise<void> | null = null;
  let listening: Promise<{ unlisten(): Promise<void> } | null> = Promise.resolve(null);

  async function look(): Promise<void> {
    try {
      const seen = await versions.read();
      if (seen.version === version) return;
      version = seen.version;
      changed.resolve();
      changed = Promise.withResolvers<void>();
    } catch (error) {
      onTrouble(messageOf(error));
    }
  }

  async function follow(): Promise<void> {
    while (!closing.signal.aborted) {
      // Armed before looking: a hint that comes meanwhile is not lost.
      wake = new AbortController();
      const signal = AbortSignal.any([wake.signal, closing.signal]);
      await look();
      await sleep(pollMs, undefined, { signal }).catch(() => undefined);
    }
    changed.resolve();
  }

  /** Begins with the first who wants to know: who serves none does not ask. */
  function begin(): void {
    if (running) return;
    listening =
      sql
        ?.listen('coinlog_read', () => wake.abort())
        .catch((error: unknown) => {
          onTrouble(messageOf(error));
          return null;
        }) ?? listening;
    running = follow();
  }

  return {
    get closed() {
      return closing.signal.aborted;
    },
    async later(known) {
      begin();
      while (version <= known && !closing.signal.aborted) await changed.promise;
      return version;
    },
    async close() {
      closing.abort();
      await running;
      // Not waited for: on a database that is gone it never comes back, and the pool's end closes its connection.
      void listening.then((listener) => listener?.unlisten()).catch(() => undefined);
    },
  };
}
