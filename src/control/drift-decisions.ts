import type { Queryable } from '../database/client.ts';
import { operatorStream } from '../log/redactions.ts';
import { appendOperatorEvent, type DecidedBy } from './operator-events.ts';

export const acknowledgedType = 'drift.acknowledged';

/** An operator has seen a drift: it no longer counts as open, and a strict contract takes it in with the next run. */
export async function acknowledgeDrift(
  sql: Queryable,
  driftId: string,
  by: DecidedBy,
  now: Date,
): Promise<void> {
  const metadata = { drift: driftId };
  await appendOperatorEvent(sql, { type: acknowledgedType, by, metadata, identity: [driftId] }, now);
}

/** The drifts acknowledged so far, oldest first: a run under a strict contract begins with them. */
export async function readAcknowledged(sql: Queryable): Promise<string[]> {
  const rows = await sql<{ drift: string }[]>`
    select metadata->>'drift' as drift from log.event
    where stream = ${operatorStream} and type = ${acknowledgedType} order by version`;
  return rows.map(({ drift }) => drift);
}
