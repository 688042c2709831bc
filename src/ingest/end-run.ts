import type { NewEvent } from '../log/event.ts';
import type { IngestOutcome } from './outcome.ts';
import type { PollEnd } from './poll-run.ts';
import { runFact } from './run-facts.ts';
import type { RunStream } from './run-stream.ts';

/** Appends the end of a run; `closing` goes with it in one append, so that neither is there without the other. */
export async function endRun(
  stream: RunStream,
  runId: string,
  end: PollEnd,
  now: Date,
  closing: NewEvent[] = [],
): Promise<IngestOutcome> {
  const fact = { runId, identity: [0], receivedAt: now };
  if (end.kind === 'completed') {
    await stream.append([...closing, runFact({ ...fact, type: 'run.completed', metadata: {} })]);
    return { kind: 'completed', runId };
  }
  if (end.kind === 'deferred') {
    const { nextAttemptAt, message } = end;
    const metadata = { nextAttemptAt: nextAttemptAt.toISOString(), error: { code: 'DEFERRED', message } };
    await stream.append([runFact({ ...fact, type: 'run.deferred', metadata })]);
    return { kind: 'deferred', runId, message, nextAttemptAt };
  }
  const { code, message } = end;
  await stream.append([runFact({ ...fact, type: 'run.failed', metadata: { error: { code, message } } })]);
  return { kind: 'failed', runId, message };
}
