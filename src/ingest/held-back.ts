import { readMonth, type BudgetKey } from '../control/budget.ts';
import type { Gate } from '../control/gate.ts';
import { requestsPerRun, slowedUntil, usedUpUntil } from '../control/month-pace.ts';
import { pausedMessage, readPauses } from '../control/source-decisions.ts';
import type { Sql } from '../database/client.ts';
import { isDirectory } from '../config/config.ts';
import type { PollFeed, PollSettings } from '../sources/source.ts';
import type { IngestOutcome, IngestTask } from './outcome.ts';
import { keepFreshRun, settleUnfinished } from './resume.ts';
import type { RunStream } from './run-stream.ts';

export interface HeldBackDeps {
  task: IngestTask;
  feed: PollFeed;
  settings: PollSettings;
  budget: BudgetKey;
  gate: Gate;
  stream: RunStream;
}

/** When the newest scheduled run of a feed began, or null. */
async function lastScheduledRun(sql: Sql, stream: string): Promise<Date | null> {
  const [row] = await sql<{ at: Date }[]>`
    select received_at as at from log.event
    where stream = ${stream} and type = 'run.started' and metadata->>'reason' = 'schedule'
      and version > (select head from log.stream where stream = ${stream}) - 1000
    order by version desc limit 1`;
  return row?.at ?? null;
}

async function slowed({ task, settings, budget }: HeldBackDeps): Promise<IngestOutcome | null> {
  const { deps, config } = task;
  const now = deps.now();
  const month = await readMonth(deps.sql, budget, now);
  const soFar = { limits: settings.limits, ...month, requestsPerRun: requestsPerRun(settings), now };
  const until = isDirectory(config) ? usedUpUntil(soFar) : slowedUntil(soFar);
  if (until === null) return null;
  const left = (settings.limits.month ?? month.used) - month.used;
  return {
    kind: 'put_off',
    nextAttemptAt: until,
    message: `${config.name} is slowed down, so that the ${left} requests left of this month last to its end: next run at ${until.toISOString()}`,
  };
}

/** Why no run is begun now, or null when one may be. What a crash left is kept only where it can still be gone on with. */
export async function heldBack(deps: HeldBackDeps): Promise<IngestOutcome | null> {
  const { task, feed, settings, gate, stream } = deps;
  const { sql, archive, now } = task.deps;
  const { name, source } = task.config;
  const end = { sql, archive, stream, now };
  const pause = (await readPauses(sql)).get(source.name);
  if (pause) {
    await settleUnfinished(end);
    return { kind: 'paused', message: pausedMessage(source.name, pause) };
  }
  const { state } = gate;
  if (state.kind === 'stopped') {
    await settleUnfinished(end);
    const until = state.until === null ? '' : `, or from ${state.until.toISOString()}`;
    return {
      kind: 'stopped',
      message: `${name} is stopped since ${state.since.toISOString()}: ${state.reason} It is asked again once its configuration changes, after "coinlog source reset ${source.name}"${until}.`,
    };
  }
  const goesOn = await keepFreshRun(end, settings);
  if (state.kind === 'waiting')
    return {
      kind: 'put_off',
      nextAttemptAt: state.until,
      message: `${name} is not asked before ${state.until.toISOString()}: ${state.reason}`,
    };
  // A run that was begun is ended, whatever the schedule and the month say.
  if (goesOn || task.options.reason !== 'schedule') return null;
  const { tickAt } = task.options;
  const last = tickAt === undefined ? null : await lastScheduledRun(sql, feed.stream);
  if (tickAt !== undefined && last !== null && last >= tickAt)
    return { kind: 'busy', message: `another process has done this run of ${name}` };
  return slowed(deps);
}
