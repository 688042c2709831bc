import type { Queryable } from '../database/client.ts';
import { operatorStream } from '../log/redactions.ts';
import { resetGate } from './gate.ts';
import { appendOperatorEvent, type DecidedBy } from './operator-events.ts';

export async function pauseSource(sql: Queryable, source: string, by: DecidedBy, now: Date): Promise<void> {
  await appendOperatorEvent(sql, { type: 'source.paused', by, metadata: { source } }, now);
}

export async function resumeSource(sql: Queryable, source: string, by: DecidedBy, now: Date): Promise<void> {
  await appendOperatorEvent(sql, { type: 'source.resumed', by, metadata: { source } }, now);
}

/** Closes the breaker and forgets every wait and refusal: the next run asks. */
export async function resetSource(sql: Queryable, source: string, by: DecidedBy, now: Date): Promise<void> {
  await appendOperatorEvent(sql, { type: 'source.reset', by, metadata: { source } }, now);
  await resetGate(sql, source);
}

export interface Pause {
  reason: string;
  since: Date;
}

/** Why a run of a paused source is not begun. */
export const pausedMessage = (source: string, { reason }: Pause): string =>
  `${source} is paused: ${reason}. "coinlog source resume ${source}" lets it go on.`;

/** The sources that are paused now. From the log itself, so that it holds at once and in every process. */
export async function readPauses(sql: Queryable): Promise<Map<string, Pause>> {
  const rows = await sql<{ source: string; type: string; reason: string; since: Date }[]>`
    select distinct on (metadata->>'source') metadata->>'source' as source, type, metadata->>'reason' as reason,
      recorded_at as since
    from log.event where stream = ${operatorStream} and type in ('source.paused', 'source.resumed')
    order by metadata->>'source', version desc`;
  return new Map(rows.flatMap((row) => (row.type === 'source.paused' ? [[row.source, row]] : [])));
}
