import type { Queryable } from '../../database/client.ts';
import type { Archive } from '../../log/archive/archive.ts';
import type { EventHeader } from '../../log/event.ts';
import { readHeaders } from '../../log/read.ts';
import { encodeCursor } from './cursor.ts';
import { streamEventList, type EventConditions, type ShownEvent } from './events.ts';
import { allOf } from './fragments.ts';
import type { PageArguments } from './page-request.ts';
import { assemble, readPage, readRows, walkOf, type Page, type Read, type Readers } from './page.ts';

// Headers of one reading of the archive.
const headersAtOnce = 500;

/** Versions, both included. */
interface Range {
  from: number;
  to: number;
}

/** The last version of a stream that has left the database; 0 when none has. */
async function lastArchived(sql: Queryable, stream: string): Promise<number> {
  const [row] = await sql<{ last: number }[]>`
    select coalesce((select min(version) from log.event where stream = ${stream}) - 1,
      (select head from log.stream where stream = ${stream}), 0) as last`;
  return row?.last ?? 0;
}

/** What the conditions of a statement say of a row. */
const meets = (
  { type, runId, recordedAfter, recordedBefore }: EventConditions,
  header: EventHeader,
): boolean =>
  (type ?? header.type) === header.type &&
  (runId ?? header.runId) === header.runId &&
  (!recordedAfter || header.recordedAt >= recordedAfter) &&
  (!recordedBefore || header.recordedAt < recordedBefore);

/** The events of a stream with those that lie in the archive, which are looked at one by one. */
export interface StreamEvents {
  archive: Archive;
  stream: string;
  filter: EventConditions;
}

/** Archived events that meet the filter, in order or turned round, a reading at a time. */
async function* archivedEvents(
  read: Read,
  { archive, stream, filter }: StreamEvents,
  { from, to }: Range,
  backwards: boolean,
): AsyncGenerator<ShownEvent> {
  for (let done = 0; done <= to - from; done += headersAtOnce) {
    const start = backwards ? Math.max(from, to - done - headersAtOnce + 1) : from + done;
    const end = backwards ? to - done : Math.min(to, start + headersAtOnce - 1);
    const headers = await read((sql) =>
      readHeaders(sql, stream, start - 1, { archive, to: end, limit: end - start + 1 }),
    );
    for (const header of backwards ? headers.reverse() : headers)
      if (meets(filter, header)) yield { ...header, archived: true };
  }
}

async function take(events: AsyncIterable<ShownEvent>, limit: number): Promise<ShownEvent[]> {
  const taken: ShownEvent[] = [];
  if (limit <= 0) return taken;
  for await (const event of events) {
    taken.push(event);
    if (taken.length === limit) break;
  }
  return taken;
}

/** One page of a stream, wherever its events lie by now. Throws USAGE on arguments that cannot be met. */
export async function readStreamPage(
  readers: Readers,
  events: StreamEvents,
  given: PageArguments,
): Promise<Page<ShownEvent>> {
  const list = streamEventList(events.stream, events.filter);
  const { read } = readers;
  const last = await read((sql) => lastArchived(sql, events.stream));
  if (last === 0) return readPage(readers, list, given);
  const { walk, request } = walkOf(list, given);
  const { limit, backwards, after, before } = request;
  const range = {
    from: Number(after?.[0] ?? 0) + 1,
    to: Math.min(last, Number(before?.[0] ?? Infinity) - 1),
  };
  const archived = (most: number) => take(archivedEvents(read, events, range, backwards), most);
  const stored = (most: number) => readRows(read, list, { ...request, limit: most });
  const [nearest, others] = backwards ? [stored, archived] : [archived, stored];
  const found = await nearest(limit + 1);
  if (found.length <= limit) found.push(...(await others(limit + 1 - found.length)));
  return {
    ...assemble(found, request),
    cursorOf: (row) => encodeCursor(walk, list.keyOf(row)),
    async count() {
      let counted = await read((sql) => list.count(sql, allOf(list.conditions())));
      for await (const _event of archivedEvents(read, events, { from: 1, to: last }, false)) counted += 1;
      return counted;
    },
  };
}
