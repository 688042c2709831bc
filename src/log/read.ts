import type { Queryable } from '../database/client.ts';
import type { Archive } from './archive/archive.ts';
import { findSegment } from './archive/segments.ts';
import { decompress } from './compress.ts';
import type { EventHeader, LogEvent } from './event.ts';
import { toLogEvent } from './stored-event.ts';
import { gapError, replacedSegment } from './stored-events.ts';

const headerColumns = (sql: Queryable) => sql`
  stream, version, event_id, type, schema_version, run_id, received_at, recorded_at, metadata, payload_bytes,
  encode(sha256, 'hex') as sha256, encode(chain_hash, 'hex') as chain_hash, payload is null as redacted`;

/** How far each stream reaches. */
export async function readHeads(sql: Queryable): Promise<Map<string, number>> {
  const rows = await sql<
    { stream: string; head: number }[]
  >`select stream, head from log.stream where head > 0 order by stream`;
  return new Map(rows.map((row) => [row.stream, row.head]));
}

export interface ReadOptions {
  /** Where events are that have left the database. */
  archive: Archive;
  /** The last version to read, included. */
  to?: number;
  /** At most so many. Events with payloads may be fewer at the end of an archived block, but none only at the end. */
  limit: number;
  /**
   * Stops after the event that passes this many bytes of raw payload, so that memory stays bounded. Not of compressed
   * payload: a file of like rows packs fifty to one, and a batch of it once took 5 GB.
   */
  maxPayloadBytes?: number;
}

/** What comes next according to the archive: nothing at a stream's end, null when it should be there and is not. */
async function readArchived(
  sql: Queryable,
  stream: string,
  after: number,
  options: ReadOptions,
): Promise<LogEvent[] | null> {
  const { archive, limit, to = Number.MAX_SAFE_INTEGER, maxPayloadBytes = Number.MAX_SAFE_INTEGER } = options;
  if (limit <= 0) return [];
  const segment = await findSegment(sql, stream, after);
  if (!segment) {
    const head = (await readHeads(sql)).get(stream) ?? 0;
    return after < Math.min(head, to) ? null : [];
  }
  const block = await archive
    .blockAt(segment, after + 1)
    .catch(async (error: unknown) => archive.blockAt(await replacedSegment(sql, segment, error), after + 1));
  const events: LogEvent[] = [];
  let bytes = 0;
  for (const event of block) {
    if (event.version <= after) continue;
    if (event.version > to || events.length === limit || bytes > maxPayloadBytes) break;
    events.push(toLogEvent(event));
    bytes += event.payloadBytes;
  }
  return events;
}

/**
 * Rows of the database when they begin just after a version, else what the archive has. Asked twice before a gap is
 * called one: what was appended between the two questions looks like it. Throws LOG_DAMAGED, which is also what a
 * snapshot older than an archiver's cut gets, since it sees neither the rows nor the segment.
 */
async function readOn<T extends { version: number }>(
  stream: string,
  after: number,
  rows: () => Promise<T[]>,
  archived: () => Promise<T[] | null>,
): Promise<T[]> {
  for (let attempt = 1; attempt <= 2; attempt += 1) {
    const found = await rows();
    if (found[0]?.version === after + 1) return found;
    const events = await archived();
    if (events) return events;
  }
  throw gapError(stream, after + 1);
}

/** Events of one stream after a version, in order, without payloads. */
export async function readHeaders(
  sql: Queryable,
  stream: string,
  afterVersion: number,
  options: ReadOptions,
): Promise<EventHeader[]> {
  const after = Math.max(0, afterVersion);
  const rows = (): Promise<EventHeader[]> => sql<EventHeader[]>`
    select ${headerColumns(sql)} from log.event
    where stream = ${stream} and version > ${after} and version <= ${options.to ?? Number.MAX_SAFE_INTEGER}
    order by version limit ${options.limit}`;
  const archived = async (): Promise<EventHeader[] | null> => {
    const events = await readArchived(sql, stream, after, options);
    const headers = events?.map(({ payload: _payload, ...header }): EventHeader => header) ?? null;
    const last = headers?.at(-1);
    if (!headers || !last || headers.length === options.limit) return headers;
    const limit = options.limit - headers.length;
    return [...headers, ...(await readHeaders(sql, stream, last.version, { ...options, limit }))];
  };
  return readOn(stream, after, rows, archived);
}

type Row = EventHeader & { stored: Uint8Array | null };

async function payloadOf(stored: Uint8Array | null, payloadBytes: number): Promise<Uint8Array> {
  if (stored === null) return new Uint8Array();
  // Decisions have none: each would go to the thread pool to come back as nothing.
  return payloadBytes === 0 ? Buffer.alloc(0) : decompress(stored, payloadBytes);
}

async function unpack({ stored, ...header }: Row): Promise<LogEvent> {
  return {
    ...header,
    payload: await payloadOf(stored, header.payloadBytes),
  };
}

/** Events of one stream after a version, in order, with the exact bytes of their payloads. */
export async function readEvents(
  sql: Queryable,
  stream: string,
  afterVersion: number,
  options: ReadOptions,
): Promise<LogEvent[]> {
  const after = Math.max(0, afterVersion);
  const rows = async (): Promise<LogEvent[]> => {
    const found = await sql<Row[]>`
      with sized as (
        select *, sum(payload_bytes) over (order by version) - payload_bytes as before
        from log.event
        where stream = ${stream} and version > ${after}
          and version <= ${Math.min(options.to ?? Number.MAX_SAFE_INTEGER, after + options.limit)}
      )
      select ${headerColumns(sql)}, payload as stored from sized
      where before <= ${options.maxPayloadBytes ?? Number.MAX_SAFE_INTEGER}
      order by version`;
    return Promise.all(found.map(unpack));
  };
  return readOn(stream, after, rows, () => readArchived(sql, stream, after, options));
}

/** One event with its payload, or null. */
export async function readEvent(
  sql: Queryable,
  stream: string,
  version: number,
  archive: Archive,
): Promise<LogEvent | null> {
  const [event] = await readEvents(sql, stream, version - 1, { limit: 1, archive });
  return event?.version === version ? event : null;
}

/** One event without its payload, or null. */
export async function readHeader(
  sql: Queryable,
  stream: string,
  version: number,
  archive: Archive,
): Promise<EventHeader | null> {
  const [event] = await readHeaders(sql, stream, version - 1, { limit: 1, archive });
  return event?.version === version ? event : null;
}

/** The version an event id has in a stream, or null. Answers for archived events too. */
export async function findVersion(sql: Queryable, stream: string, eventId: string): Promise<number | null> {
  const [row] = await sql<{ version: number }[]>`
    select version from log.event_key where stream = ${stream} and event_id = ${eventId}`;
  return row?.version ?? null;
}

/** The last events of a stream, or fewer, oldest first. */
async function readTail(
  sql: Queryable,
  [stream, head]: [string, number],
  limit: number,
  archive: Archive,
): Promise<EventHeader[]> {
  const events: EventHeader[] = [];
  let after = Math.max(0, head - limit);
  while (after < head) {
    const read = await readHeaders(sql, stream, after, { to: head, limit, archive });
    events.push(...read);
    after = read.at(-1)?.version ?? head;
  }
  return events;
}

/** The newest events of all streams, latest first; a look at each stream's end, whatever the log's length. */
export async function readNewest(sql: Queryable, limit: number, archive: Archive): Promise<EventHeader[]> {
  const heads = [...(await readHeads(sql))];
  const tails = await Promise.all(heads.map((head) => readTail(sql, head, limit, archive)));
  return tails
    .flatMap((tail) => tail.toReversed())
    .sort((a, b) => b.recordedAt.getTime() - a.recordedAt.getTime())
    .slice(0, limit);
}
