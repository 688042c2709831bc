import { CoinlogError, messageOf } from '../../errors.ts';
import { listRuns, type ListedRun } from '../../read/rest/list-runs.ts';
import type { ReadSession } from '../../read/session.ts';
import { within } from '../../read/within.ts';
import type { RestDeps } from './deps.ts';
import type { HealthBody } from './shapes/health.ts';
import { asLastRun } from './shapes/runs.ts';

// Together under the two seconds that a probe may take.
const probeLimitMs = 1_000;
const openLimitMs = 900;

const dayMs = 24 * 3_600_000;

/** What a look at the database came to. */
export type Look<T> =
  | { kind: 'seen'; version: number; seen: T }
  /** It is there, and nothing has been folded yet. */
  | { kind: 'empty' }
  | { kind: 'away'; reason: string };

export type LookAt = <T>(task: (session: ReadSession) => Promise<T>) => Promise<Look<T>>;

/** Asks first whether the database is there: those who ask at once share the question, so that none pile up. */
export function createLook(deps: RestDeps): LookAt {
  let asking: Promise<unknown> | null = null;

  function reach(): Promise<unknown> {
    asking ??= Promise.resolve(deps.sql`select 1`).finally(() => (asking = null));
    return within(probeLimitMs, asking);
  }

  return async <T>(task: (session: ReadSession) => Promise<T>): Promise<Look<T>> => {
    try {
      await reach();
      return await deps.sessions.run(
        async (session) => ({ kind: 'seen' as const, version: session.version, seen: await task(session) }),
        openLimitMs,
      );
    } catch (error) {
      const missing = error instanceof CoinlogError && error.code === 'READ_MODEL_MISSING';
      return missing ? { kind: 'empty' } : { kind: 'away', reason: messageOf(error) };
    }
  };
}

export const readLastRun = async ({ sql }: ReadSession): Promise<ListedRun | null> =>
  (await listRuns(sql, { limit: 1 }))[0] ?? null;

export interface HealthFacts {
  connected: boolean;
  lastRun: ListedRun | null;
}

function lastRunOf(run: ListedRun, now: Date) {
  const old = now.getTime() - run.startedAt.getTime() > dayMs;
  return { ...asLastRun(run), ...(old ? { warning: 'Last ETL run was more than 24 hours ago' } : {}) };
}

/** Pure: the body of `/health`. */
export function healthOf({ connected, lastRun }: HealthFacts, version: string, now: Date): HealthBody {
  const working = lastRun?.status === 'failed' ? 'degraded' : 'healthy';
  return {
    status: connected ? working : 'unhealthy',
    timestamp: now.toISOString(),
    database_connected: connected,
    etl_last_run: lastRun === null ? null : lastRunOf(lastRun, now),
    version,
  };
}
