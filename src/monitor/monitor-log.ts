import type { Sql } from '../database/client.ts';
import { append } from '../log/append.ts';
import { deriveId } from '../log/event-id.ts';
import type { Metadata, NewEvent } from '../log/event.ts';
import { monitorStream, raisedType, resolvedType } from '../projections/anomalies/events.ts';
import type { Judgement } from './judge.ts';

/**
 * Appends what was found, on top of all that was found before; false when another monitor was faster, and nothing was
 * written. An anomaly's id comes from the place of its event: the same coin may be raised again another day.
 */
export async function appendFindings(
  sql: Sql,
  { raise, resolve }: Judgement,
  expectedHead: number,
  at: Date,
): Promise<boolean> {
  const event = (type: string, place: number, metadata: Metadata): NewEvent => ({
    id: deriveId(monitorStream, expectedHead + place + 1, type, JSON.stringify(metadata)),
    type,
    schemaVersion: 1,
    runId: null,
    receivedAt: at,
    metadata,
    payload: new Uint8Array(),
  });
  const events = [
    ...resolve.map(({ anomalyId, reason }, place) =>
      event(resolvedType, place, { anomaly: anomalyId, reason }),
    ),
    ...raise.map((finding, index) => {
      const place = resolve.length + index;
      const { kind, source, coinId } = finding;
      const anomaly = deriveId('anomaly', expectedHead + place + 1, kind, source ?? '', coinId ?? '');
      return event(raisedType, place, { anomaly, ...finding });
    }),
  ];
  if (events.length === 0) return true;
  return (await append(sql, monitorStream, events, { expectedHead })).kind !== 'conflict';
}
