import type { Queryable } from '../database/client.ts';
import { noArchive } from '../log/archive/archive.ts';
import { readEvent } from '../log/read.ts';
import { operatorStream } from '../log/redactions.ts';
import { appendOperatorEvent, type DecidedBy } from './operator-events.ts';

export const mappingLoadedType = 'mapping.loaded';

/** A mapping of CSV columns to fields, as an operator loaded it. */
export interface LoadedMapping {
  name: string;
  /** Parsed JSON; what it means is the source's business. */
  mapping: unknown;
  /** Of the file's bytes, hexadecimal. */
  sha256: string;
  loadedAt: Date;
  reason: string;
}

/** Appends a mapping; from now on it is the one of its name, for files read before as well. */
export async function loadMapping(
  sql: Queryable,
  name: string,
  file: Uint8Array,
  by: DecidedBy,
  now: Date,
): Promise<void> {
  const mapping = { type: mappingLoadedType, by, metadata: { name }, payload: file };
  await appendOperatorEvent(sql, mapping, now);
}

interface Row {
  name: string;
  version: number;
  sha256: string;
  loadedAt: Date;
  reason: string;
}

/** The newest mapping of each name. */
export async function readMappings(sql: Queryable): Promise<LoadedMapping[]> {
  const rows = await sql<Row[]>`
    select distinct on (metadata->>'name') metadata->>'name' as name, version, encode(sha256, 'hex') as sha256,
      recorded_at as loaded_at, metadata->>'reason' as reason
    from log.event where stream = ${operatorStream} and type = ${mappingLoadedType}
    order by metadata->>'name', version desc`;
  const mappings: LoadedMapping[] = [];
  for (const { version, ...row } of rows) {
    // The operator's own stream never leaves the database.
    const event = await readEvent(sql, operatorStream, version, noArchive);
    if (event) mappings.push({ ...row, mapping: JSON.parse(new TextDecoder().decode(event.payload)) });
  }
  return mappings;
}
