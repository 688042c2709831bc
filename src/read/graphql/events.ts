import type { Queryable } from '../../database/client.ts';
import type { Archive } from '../../log/archive/archive.ts';
import type { EventHeader } from '../../log/event.ts';
import { readHeader } from '../../log/read.ts';
import { countRows, given } from './fragments.ts';
import type { List } from './page.ts';
import { piece, rowsOf, words, type Piece } from './piece.ts';

/** An event as it is shown, and whether it has left the database for an archive. */
export type ShownEvent = EventHeader & { archived: boolean };

const columns = words(`
  false as archived, stream, version, event_id, type, schema_version, run_id, received_at, recorded_at, metadata, payload_bytes,
  encode(sha256, 'hex') as sha256, encode(chain_hash, 'hex') as chain_hash, payload is null as redacted`);

export interface EventConditions {
  type?: string | null;
  runId?: string | null;
  recordedAfter?: Date | null;
  recordedBefore?: Date | null;
}

const conditions = (filter: EventConditions): Piece[] => [
  ...given(filter.type, (type) => piece`type = ${type}`),
  // A run's events are in its feed's stream: the others need not be looked at.
  ...given(
    filter.runId,
    (runId) =>
      piece`(run_id = ${runId} and stream = (select r.feed from read.run r where r.run_id = ${runId}))`,
  ),
  ...given(filter.recordedAfter, (time) => piece`recorded_at >= ${time}`),
  ...given(filter.recordedBefore, (time) => piece`recorded_at < ${time}`),
];

const version = { column: 'version', type: 'integer', nullable: false } as const;

/** The events of one stream that are in the database, in its order. */
export const streamEventList = (stream: string, filter: EventConditions): List<ShownEvent> => ({
  name: 'events',
  order: `${stream} version asc`,
  columns: [{ ...version, direction: 'asc' }],
  keyOf: (row) => [String(row.version)],
  filter,
  conditions: () => [piece`stream = ${stream}`, ...conditions(filter)],
  rows: (where, { orderBy, limit }) =>
    piece`select ${columns} from log.event where ${where} order by ${orderBy} limit ${limit}`,
  count: (sql, where) => countRows(sql, piece`log.event`, where),
});

/**
 * The events of all streams, newest first. There is no index on the time: but within a stream it never goes back, so
 * that each stream's own newest are enough to find the newest of all.
 */
export const newestEventList = (filter: EventConditions): List<ShownEvent> => ({
  name: 'events',
  order: 'recordedAt desc',
  columns: [
    { column: 'recorded_at', type: 'time', direction: 'desc', nullable: false },
    { column: 'stream', type: 'text', direction: 'asc', nullable: false },
    { ...version, direction: 'desc' },
  ],
  keyOf: (row) => [row.recordedAt.toISOString(), row.stream, String(row.version)],
  filter,
  conditions: () => conditions(filter),
  rows: (where, { orderBy, limit, backwards }) => piece`
    select newest.* from log.stream s cross join lateral (
      select ${columns} from log.event e
      where e.stream = s.stream and ${where} order by version ${words(backwards ? 'asc' : 'desc')} limit ${limit}) newest
    order by ${orderBy} limit ${limit}`,
  count: (sql, where) => countRows(sql, piece`log.event`, where),
});

/** Which event. */
export interface EventKey {
  stream: string;
  version: number;
}

export const eventKeyText = ({ stream, version }: EventKey): string => `${stream}:${version}`;

/** Events by stream and version, without payloads, all in one statement; archived ones one by one. */
export async function readEventsByKey(
  sql: Queryable,
  keys: readonly EventKey[],
  archive: Archive,
): Promise<Map<string, ShownEvent>> {
  const rows = await rowsOf<ShownEvent>(
    sql,
    piece`
    select ${columns} from log.event
    join unnest(${keys.map((key) => key.stream)}::text[], ${keys.map((key) => key.version)}::bigint[])
      as wanted (stream, version) using (stream, version)`,
  );
  const found = new Map(rows.map((row) => [eventKeyText(row), row]));
  for (const key of keys) {
    if (found.has(eventKeyText(key))) continue;
    const archived = await readHeader(sql, key.stream, key.version, archive);
    if (archived) found.set(eventKeyText(key), { ...archived, archived: true });
  }
  return found;
}
