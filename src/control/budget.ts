import { randomUUID } from 'node:crypto';
import type { Queryable } from '../database/client.ts';
import type { RequestLimits } from '../sources/source.ts';

/** Whose requests are counted together: all who ask one source with one key, from whatever process. */
export interface BudgetKey {
  source: string;
  keyDigest: string;
  limits: RequestLimits;
}

export type BudgetWindow = keyof RequestLimits;

export type Token =
  | { kind: 'granted'; id: string }
  /** A window is full; before this time there is no use in asking again. */
  | { kind: 'full'; window: BudgetWindow; freeAt: Date };

// Longer than any request can take: a token whose process was killed counts as answered after it.
const lostAfter = '2 minutes';

/**
 * Takes a token for one request and commits it, before the request is sent: a request that nobody counted could be the
 * one too many. It counts until `releaseToken`, plus the window. The clock is the caller's.
 */
export async function takeToken(sql: Queryable, key: BudgetKey, now: Date): Promise<Token> {
  const { source, keyDigest, limits } = key;
  const id = randomUUID();
  const [full] = await sql<{ fullWindow: BudgetWindow; freeAt: Date }[]>`
    select full_window, free_at from control.take_token(${source}, ${keyDigest}, ${id}, ${now},
      ${limits.second}, ${limits.minute}, ${limits.month}, ${lostAfter})`;
  return full ? { kind: 'full', window: full.fullWindow, freeAt: full.freeAt } : { kind: 'granted', id };
}

/** The answer is there: from now on the upstream has counted the request too, so the windows run from here. */
export async function releaseToken(sql: Queryable, key: BudgetKey, id: string, now: Date): Promise<void> {
  await sql`
    update control.budget_token set released_at = ${now}
    where source = ${key.source} and key_digest = ${key.keyDigest} and id = ${id}`;
}

export interface BudgetUse {
  window: BudgetWindow;
  limit: number;
  used: number;
  /** When the oldest request leaves the window, or the month ends; now for an empty window. */
  resetsAt: Date;
}

const windowMs = { second: 1_000, minute: 60_000 } as const;

const monthOf = (now: Date): string => now.toISOString().slice(0, 7);
/** The first moment of the next month, UTC. */
export const nextMonth = (now: Date): Date =>
  new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1));

/** What is used of each window that has a limit. */
export async function readBudget(sql: Queryable, key: BudgetKey, now: Date): Promise<BudgetUse[]> {
  const { source, keyDigest, limits } = key;
  const released = await sql<{ at: Date }[]>`
    select coalesce(released_at, ${now}) as at from control.budget_token
    where source = ${source} and key_digest = ${keyDigest} order by 1`;
  const { used } = await readMonth(sql, key, now);
  const uses: BudgetUse[] = [];
  for (const window of ['second', 'minute'] as const) {
    const limit = limits[window];
    const inside = released.filter(({ at }) => at.getTime() + windowMs[window] > now.getTime());
    const resetsAt = new Date(
      (inside[0]?.at.getTime() ?? now.getTime() - windowMs[window]) + windowMs[window],
    );
    if (limit !== null) uses.push({ window, limit, used: inside.length, resetsAt });
  }
  if (limits.month !== null)
    uses.push({ window: 'month', limit: limits.month, used, resetsAt: nextMonth(now) });
  return uses;
}

/** The requests of this month so far, and when the last one was. */
export async function readMonth(
  sql: Queryable,
  { source, keyDigest }: BudgetKey,
  now: Date,
): Promise<{ used: number; lastTakenAt: Date | null }> {
  const [row] = await sql<{ used: number; lastTakenAt: Date }[]>`
    select used, last_taken_at from control.budget_month
    where source = ${source} and key_digest = ${keyDigest} and month = ${`${monthOf(now)}-01`}`;
  return row ?? { used: 0, lastTakenAt: null };
}
