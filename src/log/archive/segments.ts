import type { Queryable } from '../../database/client.ts';

/** A closed part of a stream that lies in a file of the archive. */
export interface Segment {
  stream: string;
  firstVersion: number;
  lastVersion: number;
  previousHash: Uint8Array;
  chainHash: Uint8Array;
  /** Raw. */
  payloadBytes: number;
  lastRecordedAt: Date;
  file: string;
  fileBytes: number;
  fileSha256: Uint8Array;
  archivedAt: Date;
}

/** A stream's segments, oldest first. */
export const readSegments = (sql: Queryable, stream: string): Promise<Segment[]> =>
  sql<Segment[]>`select * from log.segment where stream = ${stream} order by first_version`;

/** The segment that holds the event after a version, or null when none does. */
export async function findSegment(sql: Queryable, stream: string, after: number): Promise<Segment | null> {
  const [segment] = await sql<Segment[]>`
    select * from log.segment
    where stream = ${stream} and first_version <= ${after + 1} and last_version > ${after}`;
  return segment ?? null;
}
