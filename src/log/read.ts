import type { Queryable } from '../database/client.ts';
import { decompress } from './compress.ts';
import type { EventHeader, LogEvent } from './event.ts';

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
  /** The last version to read, included. */
  to?: number;
  limit: number;
  /**
   * Stops after the event that passes this many bytes of raw payload, so that memory stays bounded. Not of compressed
   * payload: a file of like rows packs fifty to one, and a batch of it once took 5 GB.
   */
  maxPayloadBytes?: number;
}

/** Events of one stream after a version, in order, without payloads. */
export const readHeaders = (
  sql: Queryable,
  stream: string,
  after: number,
  options: ReadOptions,
): Promise<EventHeader[]> =>
  sql<EventHeader[]>`
    select ${headerColumns(sql)} from log.event
    where stream = ${stream} and version > ${after} and version <= ${options.to ?? Number.MAX_SAFE_INTEGER}
    order by version limit ${options.limit}`;

type StoredEvent = EventHeader & { stored: Uint8Array | null };

async function unpack({ stored, ...header }: StoredEvent): Promise<LogEvent> {
  return { ...header, payload: stored === null ? new Uint8Array() : await decompress(stored, header.payloadBytes) };
}

/** Events of one stream after a version, in order, with the exact bytes of their payloads. */
export async function readEvents(
  sql: Queryable,
  stream: string,
  after: number,
  options: ReadOptions,
): Promise<LogEvent[]> {
  const rows = await sql<StoredEvent[]>`
    with sized as (
      select *, sum(payload_bytes) over (order by version) - payload_bytes as before
      from log.event
      where stream = ${stream} and version > ${after}
        and version <= ${Math.min(options.to ?? Number.MAX_SAFE_INTEGER, after + options.limit)}
    )
    select ${headerColumns(sql)}, payload as stored from sized
    where before <= ${options.maxPayloadBytes ?? Number.MAX_SAFE_INTEGER}
    order by version`;
  return Promise.all(rows.map(unpack));
}

/** One event with its payload, or null. */
export async function readEvent(sql: Queryable, stream: string, version: number): Promise<LogEvent | null> {
  const [event] = await readEvents(sql, stream, version - 1, { limit: 1 });
  return event ?? null;
}

/** The version an event id has in a stream, or null. Answers for archived events too. */
export async function findVersion(sql: Queryable, stream: string, eventId: string): Promise<number | null> {
  const [row] = await sql<{ version: number }[]>`
    select version from log.event_key where stream = ${stream} and event_id = ${eventId}`;
  return row?.version ?? null;
}

/** The newest events of all streams, latest first; a look at each stream's end, whatever the log's length. */
export const readNewest = (sql: Queryable, limit: number): Promise<EventHeader[]> =>
  sql<EventHeader[]>`
    select e.* from log.stream s
    cross join lateral (
      select ${headerColumns(sql)} from log.event o where o.stream = s.stream order by o.version desc limit ${limit}) e
    order by e.recorded_at desc, e.stream, e.version desc limit ${limit}`;
