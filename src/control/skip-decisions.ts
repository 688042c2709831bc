import type { Queryable } from '../database/client.ts';
import { operatorStream } from '../log/redactions.ts';
import { appendOperatorEvent, type DecidedBy } from './operator-events.ts';

export const skippedType = 'event.skipped';

/** `coinpaprika.tickers:12`: an event, as decisions name it. */
export const eventKey = (stream: string, version: number): string => `${stream}:${version}`;

/** Lets the folds pass over an event that none can read. It stays in the log as it is. */
export async function skipEvent(
  sql: Queryable,
  stream: string,
  version: number,
  by: DecidedBy,
  now: Date,
): Promise<void> {
  const event = { type: skippedType, by, metadata: { stream, version }, identity: [stream, version] };
  await appendOperatorEvent(sql, event, now);
}

/** The keys of all events that are passed over. */
export async function readSkipped(sql: Queryable): Promise<Set<string>> {
  const rows = await sql<{ stream: string; version: number }[]>`
    select metadata->>'stream' as stream, (metadata->>'version')::bigint as version from log.event
    where stream = ${operatorStream} and type = ${skippedType}`;
  return new Set(rows.map(({ stream, version }) => eventKey(stream, version)));
}
