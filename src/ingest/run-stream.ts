import type { Sql } from '../database/client.ts';
import { append, type AppendResult } from '../log/append.ts';
import type { EventHeader, Metadata, NewEvent } from '../log/event.ts';
import { readHeaders, readHeads } from '../log/read.ts';
import { runEndings, runFact, type RunFactType } from './run-facts.ts';

/** Another process has appended to this feed: whoever appends by an expected head finds out at once. */
export class RunTakenOver extends Error {
  constructor(stream: string) {
    super(`another process has taken over ${stream}`);
    this.name = 'RunTakenOver';
  }
}

/** The end of a stream as a run sees it: appends by the expected head, so that two runs never interleave. */
export interface RunStream {
  readonly stream: string;
  append(events: NewEvent[]): Promise<AppendResult['kind']>;
  /** Appends one of a run's own facts; `ordinal` tells facts of one type apart. */
  fact(
    runId: string,
    type: RunFactType,
    ordinal: number,
    receivedAt: Date,
    metadata: Metadata,
  ): Promise<void>;
}

export async function openRunStream(sql: Sql, stream: string): Promise<RunStream> {
  let head = (await readHeads(sql)).get(stream) ?? 0;

  async function appendAtHead(events: NewEvent[]): Promise<AppendResult['kind']> {
    const result = await append(sql, stream, events, { expectedHead: head });
    if (result.kind === 'conflict') throw new RunTakenOver(stream);
    head = Math.max(head, result.head);
    return result.kind;
  }

  return {
    stream,
    append: appendAtHead,
    async fact(runId, type, ordinal, receivedAt, metadata) {
      await appendAtHead([runFact({ runId, type, identity: [ordinal], receivedAt, metadata })]);
    },
  };
}

export interface UnfinishedRun {
  runId: string;
  started: EventHeader;
  /** Its events after the start, in order. */
  events: EventHeader[];
}

// A run is a start, some pages and attempts, and an end: 500 covers the longest (100 pages, 4 attempts each).
const eventsOfARun = 500;

/** The run at the end of a stream when it has no end: what a crash leaves behind. */
export async function findUnfinishedRun(sql: Sql, stream: string): Promise<UnfinishedRun | null> {
  const head = (await readHeads(sql)).get(stream) ?? 0;
  const tail = await readHeaders(sql, stream, Math.max(0, head - eventsOfARun), { limit: eventsOfARun });
  const startIndex = tail.findLastIndex((event) => event.type === 'run.started');
  const started = tail[startIndex];
  if (!started || started.runId === null) return null;
  const events = tail.slice(startIndex + 1);
  return events.some((event) => runEndings.has(event.type))
    ? null
    : { runId: started.runId, started, events };
}
