import type { SandboxResponse } from '../../sources/sandbox-market.ts';

export interface AnswerCache {
  /** The answer kept under the key while it is fresh, else a new one; only answers of status 200 are kept. */
  answer(key: string, nowMs: number, make: () => SandboxResponse): SandboxResponse;
}

/** Stands for the cache at an API's edge: the same key gives the same bytes for `ttlMs`. */
export function createAnswerCache({ ttlMs, entriesMax }: { ttlMs: number; entriesMax: number }): AnswerCache {
  const kept = new Map<string, { response: SandboxResponse; madeAtMs: number }>();

  function keep(key: string, response: SandboxResponse, madeAtMs: number): void {
    kept.delete(key);
    kept.set(key, { response, madeAtMs });
    const oldest = kept.keys().next().value;
    if (kept.size > entriesMax && oldest !== undefined) kept.delete(oldest);
  }

  return {
    answer(key, nowMs, make) {
      const found = kept.get(key);
      // A clock that was set back must not freeze an answer.
      if (found && nowMs >= found.madeAtMs && nowMs < found.madeAtMs + ttlMs) return found.response;
      const response = make();
      if (response.status === 200) keep(key, response, nowMs);
      return response;
    },
  };
}
