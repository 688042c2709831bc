import type { Queryable } from '../database/client.ts';
import type { PollSettings } from '../sources/source.ts';
import { readBudget, readMonth, type BudgetUse } from './budget.ts';
import { readGate, type GateStatus } from './gate.ts';
import { requestsPerRun, slowedUntil, usedUpUntil } from './month-pace.ts';
import { digestSettings } from './key-digest.ts';
import { readPauses, type Pause } from './source-decisions.ts';

/** A source, or a directory of one, as far as its controls need to know it. */
export interface ControlledSource {
  /** A source's name, or the stream of a directory. */
  name: string;
  /** Whose directory it is: that source's budget and pause are its own. Left out: it is the source itself. */
  source?: string;
  /** Null for a source that reads files: nothing but a pause holds it back. */
  settings: PollSettings | null;
}

/** What holds a source back just now, and what it may still ask. */
export interface SourceControls {
  /** Null unless an operator has paused it. */
  pausedReason: string | null;
  breaker: GateStatus['breaker'];
  /** Nobody asks before this time; null when it may be asked, or when only a change or a reset lets it go on. */
  waitingUntil: Date | null;
  /** Why it is not asked: what the upstream said, or what it failed with. Null when nothing but a pause holds it back. */
  reason: string | null;
  /** Of each window that has a limit. */
  budgets: BudgetUse[];
  /** Scheduled runs wait for this, so that the month's requests last; null when they need not. */
  slowedUntil: Date | null;
}

const free: Omit<SourceControls, 'pausedReason'> = {
  breaker: 'CLOSED',
  waitingUntil: null,
  reason: null,
  budgets: [],
  slowedUntil: null,
};

async function readPolled(
  sql: Queryable,
  { name, source = name }: ControlledSource,
  settings: PollSettings,
  now: Date,
): Promise<Omit<SourceControls, 'pausedReason'>> {
  const digests = await digestSettings(sql, settings);
  const key = { source, keyDigest: digests.key, limits: settings.limits };
  const [{ state, breaker }, budgets, month] = await Promise.all([
    readGate(sql, { source, name }, digests.config, now),
    readBudget(sql, key, now),
    readMonth(sql, key, now),
  ]);
  const { limits } = settings;
  const soFar = { limits, ...month, requestsPerRun: requestsPerRun(settings), now };
  const slow = name === source ? slowedUntil(soFar) : usedUpUntil(soFar);
  if (state.kind === 'open') return { ...free, breaker, budgets, slowedUntil: slow };
  return { breaker, waitingUntil: state.until, reason: state.reason, budgets, slowedUntil: slow };
}

/** The controls of each source by its name: one statement for all pauses, and five for each source that is polled. */
export async function readSourceControls(
  sql: Queryable,
  sources: readonly ControlledSource[],
  now: Date,
): Promise<Map<string, SourceControls>> {
  const held = async (feed: ControlledSource, pauses: ReadonlyMap<string, Pause>) => {
    const { name, source = name, settings } = feed;
    const controls = settings === null ? free : await readPolled(sql, feed, settings, now);
    return [name, { ...controls, pausedReason: pauses.get(source)?.reason ?? null }] as const;
  };
  const pauses = await readPauses(sql);
  return new Map(await Promise.all(sources.map((source) => held(source, pauses))));
}
