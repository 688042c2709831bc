/** A clock that stands still while anybody works, and leaps to the next waking once all of them sleep. */
export interface SimulatedClock {
  now: () => Date;
  /** Resolves once it is that much later; rejects when the signal is aborted before. */
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Sets the clock forward, or back; who sleeps goes on sleeping for as long as was left. */
  jump: (ms: number) => void;
  /** Counts as a worker for as long as the task takes: time stands still unless it sleeps. */
  work: <T>(task: () => Promise<T>) => Promise<T>;
}

interface Sleeper {
  dueMs: number;
  wake: () => void;
}

/** Workers that are to start together are handed to `work` in one go, before any of them sleeps. */
export function createSimulatedClock(startedAt: Date): SimulatedClock {
  let nowMs = startedAt.getTime();
  let workers = 0;
  const sleepers = new Set<Sleeper>();

  function advance(): void {
    if (sleepers.size === 0 || sleepers.size < workers) return;
    const dueMs = sleepers.values().reduce((first, sleeper) => Math.min(first, sleeper.dueMs), Infinity);
    nowMs = Math.max(nowMs, dueMs);
    // One that was woken may put itself to sleep again at once: it waits for the next turn.
    for (const sleeper of sleepers) if (sleeper.dueMs <= nowMs) sleeper.wake();
  }

  async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const sleeper: Sleeper = {
      dueMs: nowMs + Math.max(0, ms),
      wake: () => (sleepers.delete(sleeper), resolve()),
    };
    const abort = () => (sleepers.delete(sleeper), reject(signal?.reason as Error));
    signal?.addEventListener('abort', abort, { once: true });
    sleepers.add(sleeper);
    advance();
    return promise.finally(() => signal?.removeEventListener('abort', abort));
  }

  return {
    now: () => new Date(nowMs),
    sleep,
    jump(ms) {
      nowMs += ms;
      for (const sleeper of sleepers) sleeper.dueMs += ms;
    },
    async work(task) {
      workers += 1;
      try {
        return await task();
      } finally {
        workers -= 1;
        advance();
      }
    },
  };
}
