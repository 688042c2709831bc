import type { Queryable } from '../database/client.ts';
import type { Archive } from '../log/archive/archive.ts';
import type { LogEvent } from '../log/event.ts';
import { readEvents, readHeads } from '../log/read.ts';
import { redactionKey, type Redactions } from '../log/stored-event.ts';

/** How far each stream is folded, or is to be folded. */
export type Checkpoints = ReadonlyMap<string, number>;

export interface BatchLimits {
  /** Rows in one commit; the event that passes it is the last. */
  records: number;
  events: number;
  /** Of raw payload; a page of 250 coins has some 210 KB. */
  payloadBytes: number;
}

/** Where events come from, and what was decided about them. */
export interface EventSource {
  sql: Queryable;
  archive: Archive;
  redactions: Redactions;
}

/** A decision counts from when it is in the log, not from when the bytes are gone. */
const obey = (event: LogEvent, redactions: Redactions): LogEvent =>
  redactions.has(redactionKey(event.stream, event.version))
    ? { ...event, redacted: true, payload: new Uint8Array() }
    : event;

/** Events that follow the checkpoints, in the order of their streams; empty when there are none. */
export async function readBatch(
  { sql, archive, redactions }: EventSource,
  checkpoints: Checkpoints,
  limits: BatchLimits,
  upTo?: Checkpoints,
): Promise<LogEvent[]> {
  const targets = upTo ?? (await readHeads(sql));
  const events: LogEvent[] = [];
  let bytesLeft = limits.payloadBytes;
  for (const [stream, to] of targets) {
    const after = checkpoints.get(stream) ?? 0;
    const limit = limits.events - events.length;
    if (after >= to || limit <= 0 || bytesLeft <= 0) continue;
    const read = await readEvents(sql, stream, after, { archive, to, limit, maxPayloadBytes: bytesLeft });
    // Compressed sizes stay in the database; a fifth of the raw bytes is what they come to.
    bytesLeft -= read.reduce((sum, event) => sum + event.payloadBytes, 0);
    events.push(...read.map((event) => obey(event, redactions)));
  }
  return events;
}
