import type { Metadata, NewEvent } from '../log/event.ts';
import type { IngestOutcome } from './outcome.ts';
import type { PollEnd } from './poll-deps.ts';
import { runFact } from './run-facts.ts';
import type { RunStream } from './run-stream.ts';
import type { SweepSummary } from './sweep.ts';

export interface RunClosing {
  /** What goes with the end in one append, so that neither is there without the other. */
  events?: NewEvent[];
  /** What a sweep by rank got. */
  sweep?: SweepSummary | null;
}

const sweepMetadata = (sweep: SweepSummary | null | undefined): Metadata =>
  sweep ? { sweep: { coins: sweep.coins, repeated: sweep.repeated, rank_gaps: sweep.rankGaps } } : {};

/** Appends the end of a run. */
export async function endRun(
  stream: RunStream,
  runId: string,
  end: PollEnd,
  now: Date,
  { events = [], sweep }: RunClosing = {},
): Promise<IngestOutcome> {
  const fact = { runId, identity: [0], receivedAt: now };
  if (end.kind === 'completed') {
    const metadata = sweepMetadata(sweep);
    await stream.append([...events, runFact({ ...fact, type: 'run.completed', metadata })]);
    return { kind: 'completed', runId };
  }
  if (end.kind === 'deferred') {
    const { nextAttemptAt, message } = end;
    const next: Metadata = nextAttemptAt === null ? {} : { nextAttemptAt: nextAttemptAt.toISOString() };
    const metadata = { ...next, error: { code: 'DEFERRED', message } };
    await stream.append([runFact({ ...fact, type: 'run.deferred', metadata })]);
    return { kind: 'deferred', runId, message, nextAttemptAt };
  }
  const { code, message } = end;
  await stream.append([runFact({ ...fact, type: 'run.failed', metadata: { error: { code, message } } })]);
  return { kind: 'failed', runId, message };
}
