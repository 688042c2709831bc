import type { Queryable } from '../database/client.ts';
import { appendOperatorEvent, type DecidedBy } from './operator-events.ts';

export const anomalyAcknowledgedType = 'anomaly.acknowledged';

/** An operator has seen what looks wrong: it stays until it no longer does, and troubles the health no more. */
export async function acknowledgeAnomaly(
  sql: Queryable,
  anomalyId: string,
  by: DecidedBy,
  now: Date,
): Promise<void> {
  const metadata = { anomaly: anomalyId };
  const event = { type: anomalyAcknowledgedType, by, metadata, identity: [anomalyId] };
  await appendOperatorEvent(sql, event, now);
}
