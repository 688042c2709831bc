import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from '../database/client.ts';
import { messageOf } from '../errors.ts';
import type { Logger } from '../telemetry/logger.ts';

/** Waits for a hint from the database, a time, or the end, whichever comes first. */
export interface WakeUp {
  wait(timeoutMs: number): Promise<void>;
  /** Ends only by the time or the close, whatever hints come. */
  pause(timeoutMs: number): Promise<void>;
  close(): void;
}

/** Listens on a channel. Without it (a pooler in between, a lost connection) waiting is polling. */
export function createWakeUp(sql: Sql, channel: string, log: Logger): WakeUp {
  const closed = new AbortController();
  let hinted = false;
  let wake: (() => void) | null = null;
  const hint = () => {
    hinted = true;
    wake?.();
  };
  const listening = sql.listen(channel, hint).catch((error: unknown) => {
    log.warn({ reason: messageOf(error) }, 'cannot listen to the database: polling instead');
    return null;
  });
  const pause = (timeoutMs: number, signal: AbortSignal = closed.signal) =>
    sleep(timeoutMs, undefined, { signal, ref: true }).catch(() => undefined);

  return {
    pause,
    async wait(timeoutMs) {
      if (!hinted) {
        const woken = new AbortController();
        wake = () => woken.abort();
        await pause(timeoutMs, AbortSignal.any([closed.signal, woken.signal]));
        wake = null;
      }
      hinted = false;
    },
    close() {
      closed.abort();
      // Not waited for: on a database that is gone it never comes back, and the pool's end closes its connection.
      void listening.then((listener) => listener?.unlisten()).catch(() => undefined);
    },
  };
}
