import { getTableColumns } from '../drizzle.ts';
import type { Transaction } from '../database/client.ts';
import type { EventHeader } from '../log/event.ts';
import {
  foldRun,
  noRecords,
  withUnreadable,
  type RecordCounts,
  type RunState,
} from '../projections/runs/fold.ts';
import {
  countsOfUnchanged,
  readStanding,
  unchangedOf,
  type StandingOf,
} from '../projections/runs/unchanged.ts';
import { run } from '../projections/runs/tables.ts';
import { readRuns, writeRuns } from '../projections/runs/write.ts';
import { writeSourceRuns } from '../projections/sources/write.ts';
import { directoryStreams } from '../sources/registry.ts';
import type { FoldedEvent } from './fold-event.ts';
import { countsOf, keyOf, type OutcomesByEvent } from './outcomes.ts';

const runColumns = Object.entries(getTableColumns(run));
const asRow = (state: RunState): Record<string, unknown> =>
  Object.fromEntries(runColumns.map(([key, column]) => [column.name, state[key as keyof RunState]]));

/** A run still knows of a page that nobody can read; the run's own fold may be what cannot read it. */
function foldDead(state: RunState | null, event: EventHeader): RunState | null {
  try {
    const next = foldRun(state, event, noRecords);
    return next && /^(page|file)\./.test(event.type) ? withUnreadable(next, event.version) : next;
  } catch {
    return state;
  }
}

/** What stands against the events that a batch's unchanged pages refer to, in this batch or an earlier one. */
async function standingOf(
  tx: Transaction,
  batch: readonly FoldedEvent[],
): Promise<(stream: string, version: number) => StandingOf> {
  const standing = new Map<string, StandingOf>();
  const wanted = Map.groupBy(
    batch.flatMap(({ event }) => {
      const of = unchangedOf(event);
      return of ? [{ stream: event.stream, version: of.version }] : [];
    }),
    ({ stream }) => stream,
  );
  for (const [stream, refs] of wanted) {
    const versions = refs.map(({ version }) => version);
    for (const row of await tx.unsafe<(StandingOf & { version: number })[]>(readStanding, [stream, versions]))
      standing.set(keyOf(stream, row.version), row);
  }
  for (const folded of batch) {
    const { stream, version } = folded.event;
    if (!standing.has(keyOf(stream, version))) continue;
    const rejected = folded.kind === 'folded' ? (folded.records?.rejected.length ?? 0) : 0;
    standing.set(keyOf(stream, version), { rejected, dead: folded.kind === 'dead' });
  }
  return (stream, version) => standing.get(keyOf(stream, version)) ?? { rejected: 0, dead: false };
}

type Step = { state: RunState | null; counts: RecordCounts };

function step(
  before: RunState | null,
  folded: FoldedEvent,
  outcomes: OutcomesByEvent,
  standing: (stream: string, version: number) => StandingOf,
): Step {
  const { event } = folded;
  if (folded.kind === 'dead') return { state: foldDead(before, event), counts: noRecords };
  const unchanged = unchangedOf(event);
  if (unchanged === null) {
    const counts = countsOf(folded, outcomes);
    return { state: foldRun(before, event, counts), counts };
  }
  const of = standing(event.stream, unchanged.version);
  const counts = countsOfUnchanged(unchanged.records, of);
  const next = foldRun(before, event, of.dead ? noRecords : counts);
  return { state: next && of.dead ? withUnreadable(next, unchanged.version) : next, counts };
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

/** What a batch did to runs: which of them it ended, and what became of the records of each event. */
export interface RunEffects {
  ended: RunState[];
  records: { source: string; counts: RecordCounts }[];
}

/** Writes the runs as they are after a batch. */
export async function writeRunStates(
  tx: Transaction,
  batch: readonly FoldedEvent[],
  states: RunStates,
  outcomes: OutcomesByEvent,
): Promise<RunEffects> {
  const runIds = runIdsOf(batch);
  if (runIds.length === 0) return { ended: [], records: [] };
  const standing = await standingOf(tx, batch);
  const records: RunEffects['records'] = [];
  const wasRunning = new Set(
    runIds.filter((runId) => (states.get(runId)?.status ?? 'RUNNING') === 'RUNNING'),
  );
  for (const folded of batch) {
    const { event } = folded;
    if (event.runId === null) continue;
    const { state, counts } = step(states.get(event.runId) ?? null, folded, outcomes, standing);
    if (state) states.set(event.runId, state);
    if (folded.kind === 'folded' && folded.source !== null) records.push({ source: folded.source, counts });
  }
  await tx.unsafe(writeRuns, [JSON.stringify([...states.values()].map(asRow))]);
  await tx.unsafe(writeSourceRuns, [runIds, directoryStreams]);
  const ended = [...states.values()].filter(
    ({ runId, status }) => wasRunning.has(runId) && status !== 'RUNNING',
  );
  return { ended, records };
}
