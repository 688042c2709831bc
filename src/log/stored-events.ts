import type { Queryable } from '../database/client.ts';
import { CoinlogError } from '../errors.ts';
import type { Archive } from './archive/archive.ts';
import { findSegment, type Segment } from './archive/segments.ts';
import type { ChainedColumns } from './chain.ts';
import { decompress } from './compress.ts';
import type { StoredEvent, StoredPayload } from './stored-event.ts';

type Row = ChainedColumns & { stored: Uint8Array | null; sha256: Buffer; chainHash: Buffer };

async function payloadOf({ stored, payloadBytes }: Row): Promise<StoredPayload> {
  if (stored === null) return { kind: 'redacted' };
  const bytes = await decompress(stored, payloadBytes).catch(() => null);
  return bytes === null ? { kind: 'unreadable' } : { kind: 'bytes', bytes };
}

async function unpack(row: Row): Promise<StoredEvent> {
  const { stored: _stored, ...columns } = row;
  return { ...columns, payload: await payloadOf(row) };
}

// 16 MB of raw payload are 64 pages; the event that passes it is the last.
const batchBytes = 16 * 1024 * 1024;
const batchEvents = 256;

/** The next rows of a stream that are in the database, whatever their versions. */
const readRows = (sql: Queryable, stream: string, after: number, to: number): Promise<Row[]> =>
  sql<Row[]>`
    with near as (
      select * from log.event
      where stream = ${stream} and version > ${after} and version <= ${to} order by version limit ${batchEvents}
    ), sized as (select *, sum(payload_bytes) over (order by version) - payload_bytes as before from near)
    select stream, version, event_id, type, schema_version, run_id, log.microseconds(received_at) as received_at_us,
      log.microseconds(recorded_at) as recorded_at_us, metadata, payload_bytes, payload as stored, sha256, chain_hash
    from sized where before <= ${batchBytes} order by version`;

/**
 * What an archived segment holds next, as far as it goes; nothing when the next event is in none. A redaction may put
 * another file in its place meanwhile: then it goes on in that one.
 */
async function* archived(
  sql: Queryable,
  archive: Archive,
  { stream, after, to }: { stream: string; after: number; to: number },
): AsyncGenerator<StoredEvent[]> {
  let position = after;
  let segment = after < to ? await findSegment(sql, stream, after) : null;
  while (segment) {
    try {
      for await (const block of archive.blocks(segment, position + 1)) {
        const wanted = block.filter(({ version }) => version <= to);
        position = wanted.at(-1)?.version ?? position;
        yield wanted;
      }
      return;
    } catch (error) {
      segment = await replacedSegment(sql, segment, error);
    }
  }
}

/** The segment with the file that took the missing one's place; throws the error when there is none. */
export async function replacedSegment(sql: Queryable, segment: Segment, error: unknown): Promise<Segment> {
  const missing = error instanceof CoinlogError && error.code === 'ARCHIVE_FILE_MISSING';
  const now = missing ? await findSegment(sql, segment.stream, segment.firstVersion - 1) : null;
  if (!now || now.file === segment.file) throw error;
  return now;
}

/**
 * A stream's events from after a version up to one, as they are stored, in order and in batches of bounded memory, from
 * the archive or the database, also while they move from the one to the other; whoever reads them checks that none is
 * missing. While a batch is looked at the next one is fetched. Throws what the archive throws.
 */
export async function* storedEvents(
  sql: Queryable,
  archive: Archive,
  range: { stream: string; after: number; to: number },
): AsyncGenerator<StoredEvent[]> {
  const { stream, to } = range;
  let position = range.after;
  const fetch = async (after: number): Promise<StoredEvent[]> =>
    Promise.all((await readRows(sql, stream, after, to)).map(unpack));
  let next = fetch(position);
  while (position < to) {
    const batch = await next;
    if (batch[0]?.version !== position + 1) {
      const before = position;
      for await (const block of archived(sql, archive, { stream, after: position, to })) {
        position = block.at(-1)?.version ?? position;
        yield block;
      }
      if (position > before) {
        next = fetch(position);
        continue;
      }
    }
    const last = batch.at(-1);
    if (!last) return;
    position = last.version;
    next = position < to ? fetch(position) : Promise.resolve([]);
    // Looked at when the consumer comes back, or never when it stops early.
    next.catch(() => undefined);
    yield batch;
  }
}

/** One event as it is stored, or null when it is nowhere. */
export async function readStoredEvent(
  sql: Queryable,
  archive: Archive,
  stream: string,
  version: number,
): Promise<StoredEvent | null> {
  for await (const [event] of storedEvents(sql, archive, { stream, after: version - 1, to: version }))
    if (event?.version === version) return event;
  return null;
}

/** For readers: what should be there and is not. */
export const gapError = (stream: string, version: number): CoinlogError =>
  new CoinlogError(
    'LOG_DAMAGED',
    `Event ${version} of ${stream} is neither in the database nor in an archived segment. Try again if it is being archived just now; else "coinlog verify" says what is missing.`,
  );
