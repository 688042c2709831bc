import { z } from 'zod';
import type { Queryable } from '../database/client.ts';
import { operatorStream } from '../log/redactions.ts';
import type { RecordIssue } from '../sources/record.ts';
import { appendOperatorEvent, type DecidedBy } from './operator-events.ts';

/** Which record of which event. */
export interface RecordRef {
  stream: string;
  version: number;
  recordIndex: number;
}

/** `coingecko.markets:12:7`, as people and decisions name a record. */
export const recordKey = ({ stream, version, recordIndex }: RecordRef): string =>
  `${stream}:${version}:${recordIndex}`;

const key = /^(?:rejected:)?([a-z][a-z0-9_.-]*):(\d{1,15}):(\d{1,9})$/;

/** The record a key names, with or without `rejected:` in front; null for any other text. */
export function parseRecordKey(text: string): RecordRef | null {
  const [, stream, version, recordIndex] = key.exec(text) ?? [];
  if (stream === undefined) return null;
  return { stream, version: Number(version), recordIndex: Number(recordIndex) };
}

/** A rejected record as it is kept, with what was wrong with it. */
export interface RejectedAs extends RecordRef {
  source: string;
  runId: string | null;
  line: number | null;
  issues: RecordIssue[];
  /** When its event was recorded: ISO 8601. */
  recordedAt: string;
}

export const discardedType = 'rejected.discarded';
export const replayedType = 'rejected.replayed';

// An event's metadata stays a page one can read.
const recordsPerEvent = 1_000;

/** Rejected records that nobody will mend. They stay in the log and in the list, as discarded. */
export async function discardRecords(
  sql: Queryable,
  records: readonly RecordRef[],
  by: DecidedBy,
  now: Date,
): Promise<void> {
  for (let from = 0; from < records.length; from += recordsPerEvent) {
    const part = records.slice(from, from + recordsPerEvent).map(recordKey);
    await appendOperatorEvent(sql, { type: discardedType, by, metadata: { records: part } }, now);
  }
}

/**
 * Records that were rejected and can be read now. The event keeps what was wrong with them, for the folds will not find
 * it again; and it releases them from the contract that had put them aside.
 */
export async function recordReplay(
  sql: Queryable,
  records: readonly RejectedAs[],
  by: DecidedBy,
  now: Date,
): Promise<void> {
  for (let from = 0; from < records.length; from += recordsPerEvent) {
    const part = records.slice(from, from + recordsPerEvent);
    const payload = Buffer.from(JSON.stringify(part));
    const metadata = { records: part.map(recordKey) };
    await appendOperatorEvent(sql, { type: replayedType, by, metadata, payload }, now);
  }
}

const recordList = z.object({ records: z.array(z.string()) });
const replayPayload = z.array(
  z.object({
    stream: z.string(),
    version: z.number(),
    recordIndex: z.number(),
    source: z.string(),
    runId: z.string().nullable(),
    line: z.number().nullable(),
    issues: z.array(
      z.object({
        path: z.string(),
        code: z.string(),
        message: z.string(),
        expected: z.string().nullable(),
        received: z.string().nullable(),
      }),
    ),
    recordedAt: z.string(),
  }),
);

/** What a `rejected.replayed` event says of each record. Throws on what no such event has. */
export const parseReplay = (payload: Uint8Array): RejectedAs[] =>
  replayPayload.parse(JSON.parse(new TextDecoder().decode(payload)));

/** The records a decision is about. */
export const parseRecords = (metadata: unknown): RecordRef[] =>
  recordList.parse(metadata).records.flatMap((text) => parseRecordKey(text) ?? []);

/** The keys of all records that were replayed: no contract puts them aside any more. */
export async function readReleased(sql: Queryable): Promise<Set<string>> {
  const rows = await sql<{ record: string }[]>`
    select jsonb_array_elements_text(metadata->'records') as record from log.event
    where stream = ${operatorStream} and type = ${replayedType}`;
  return new Set(rows.map(({ record }) => record));
}
