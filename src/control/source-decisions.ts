import type { Queryable } from '../database/client.ts';
import { append } from '../log/append.ts';
import { deriveId } from '../log/event-id.ts';
import { operatorStream } from '../log/redactions.ts';

/** What an operator decides about a source. Each is an event; what holds is the last of its kind. */
export type SourceDecision = 'paused' | 'resumed' | 'reset';

export interface DecidedBy {
  /** Who or what gave the order, as `command line` or `admin key`. */
  actor: string;
  reason: string;
}

/** Appends a decision. Two at the same moment are two events: neither is lost. */
export async function decideSource(
  sql: Queryable,
  source: string,
  decision: SourceDecision,
  { actor, reason }: DecidedBy,
  now: Date,
): Promise<void> {
  const type = `source.${decision}`;
  await append(sql, operatorStream, [
    {
      id: deriveId(operatorStream, type, source, crypto.randomUUID()),
      type,
      schemaVersion: 1,
      runId: null,
      receivedAt: now,
      metadata: { source, actor, reason },
      payload: new Uint8Array(),
    },
  ]);
}

export interface Pause {
  reason: string;
  since: Date;
}

/** The sources that are paused now. From the log itself, so that it holds at once and in every process. */
export async function readPauses(sql: Queryable): Promise<Map<string, Pause>> {
  const rows = await sql<{ source: string; type: string; reason: string; since: Date }[]>`
    select distinct on (metadata->>'source') metadata->>'source' as source, type, metadata->>'reason' as reason,
      recorded_at as since
    from log.event where stream = ${operatorStream} and type in ('source.paused', 'source.resumed')
    order by metadata->>'source', version desc`;
  return new Map(rows.flatMap((row) => (row.type === 'source.paused' ? [[row.source, row]] : [])));
}
