import type { Sql } from '../database/client.ts';
import { append, type AppendResult } from '../log/append.ts';
import type { Archive } from '../log/archive/archive.ts';
import type { EventHeader, Metadata, NewEvent } from '../log/event.ts';
import { findVersion, readHeaders, readHeads } from '../log/read.ts';
import { runEndings, runFact, startedId, type RunFactType } from './run-facts.ts';

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

/** `onAppend` is told of each append that came through, with the time it took. */
export async function openRunStream(
  sql: Sql,
  stream: string,
  onAppend: (stream: string, seconds: number) => void,
): Promise<RunStream> {
  let head = (await readHeads(sql)).get(stream) ?? 0;

  async function appendAtHead(events: NewEvent[]): Promise<AppendResult['kind']> {
    const startedAt = performance.now();
    const result = await append(sql, stream, events, { expectedHead: head });
    onAppend(stream, (performance.now() - startedAt) / 1000);
    if (result.kind === 'conflict' && result.reason === 'head_moved') throw new RunTakenOver(stream);
    if (result.kind === 'conflict')
      throw new Error(`${stream}: another event stands under the same id (${result.reason})`);
    // What was there already may be our own, whose answer was lost; with other events behind it, it is another's.
    const isEnd = result.head === head || result.versions.at(-1) === result.head;
    if (result.kind === 'duplicate' && !isEnd) throw new RunTakenOver(stream);
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

// Pages and attempts of the longest poll (100 pages, 10 attempts each); a file's chunks are not gone through.
const eventsOfAPoll = 1_100;

/** The run at the end of a stream when it has no end: what a crash leaves behind. */
export async function findUnfinishedRun(
  sql: Sql,
  archive: Archive,
  stream: string,
): Promise<UnfinishedRun | null> {
  const head = (await readHeads(sql)).get(stream) ?? 0;
  const [last] = await readHeaders(sql, stream, head - 1, { archive, limit: 1 });
  if (!last || last.runId === null || runEndings.has(last.type)) return null;
  const { runId } = last;
  const startedAt = await findVersion(sql, stream, startedId(runId));
  if (startedAt === null) return null;
  const [started, ...events] = await readHeaders(sql, stream, startedAt - 1, {
    archive,
    limit: eventsOfAPoll,
  });
  return started ? { runId, started, events } : null;
}
