import { getTableColumns } from 'drizzle-orm';
import type { Transaction } from '../database/client.ts';
import type { LogEvent } from '../log/event.ts';
import { sweepPageOf, type SweepPage } from '../projections/coins/sweep.ts';
import { foldRun, noRecords, type RunState } from '../projections/runs/fold.ts';
import { run } from '../projections/runs/tables.ts';
import { readRuns, writeRuns } from '../projections/runs/write.ts';
import { writeSourceRuns } from '../projections/sources/write.ts';
import type { FoldedEvent } from './fold-event.ts';
import { countsOf, type OutcomesByEvent } from './outcomes.ts';

const runColumns = Object.entries(getTableColumns(run));
const asRow = (state: RunState): Record<string, unknown> =>
  Object.fromEntries(runColumns.map(([key, column]) => [column.name, state[key as keyof RunState]]));

/** A run still knows of a page that nobody can read; the run's own fold may be what cannot read it. */
function foldDead(state: RunState | null, event: LogEvent): RunState | null {
  try {
    return foldRun(state, event, noRecords);
  } catch {
    return state;
  }
}

export type RunStates = Map<string, RunState>;

const runIdsOf = (batch: readonly FoldedEvent[]): string[] => [
  ...new Set(batch.flatMap(({ event }) => event.runId ?? [])),
];

/** The states that a batch goes on from. */
export async function readRunStates(tx: Transaction, batch: readonly FoldedEvent[]): Promise<RunStates> {
  const runIds = runIdsOf(batch);
  if (runIds.length === 0) return new Map();
  const known = await tx.unsafe<RunState[]>(readRuns, [runIds]);
  return new Map(known.map((state) => [state.runId, state]));
}

/** The pages of a batch that belong to a sweep of several; a run begins with the first event that names it. */
export function sweepOf(batch: readonly FoldedEvent[], states: RunStates): SweepPage[] {
  const runFrom = new Map([...states.values()].map((state) => [state.runId, state.startedVersion]));
  return batch.flatMap(({ event }) => {
    if (event.runId === null) return [];
    const from = runFrom.get(event.runId) ?? event.version;
    runFrom.set(event.runId, from);
    return sweepPageOf(event, from) ?? [];
  });
}

/** Writes the runs as they are after a batch, and tells which of them it ended. */
export async function writeRunStates(
  tx: Transaction,
  batch: readonly FoldedEvent[],
  states: RunStates,
  outcomes: OutcomesByEvent,
): Promise<RunState[]> {
  const runIds = runIdsOf(batch);
  if (runIds.length === 0) return [];
  const wasRunning = new Set(
    runIds.filter((runId) => (states.get(runId)?.status ?? 'RUNNING') === 'RUNNING'),
  );
  for (const folded of batch) {
    const { event } = folded;
    if (event.runId === null) continue;
    const before = states.get(event.runId) ?? null;
    const next =
      folded.kind === 'dead' ? foldDead(before, event) : foldRun(before, event, countsOf(folded, outcomes));
    if (next) states.set(event.runId, next);
  }
  await tx.unsafe(writeRuns, [JSON.stringify([...states.values()].map(asRow))]);
  await tx.unsafe(writeSourceRuns, [runIds]);
  return [...states.values()].filter(({ runId, status }) => wasRunning.has(runId) && status !== 'RUNNING');
}
