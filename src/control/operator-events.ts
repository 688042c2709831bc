import type { Queryable } from '../database/client.ts';
import { append } from '../log/append.ts';
import { deriveId } from '../log/event-id.ts';
import type { Metadata } from '../log/event.ts';
import { operatorStream } from '../log/redactions.ts';

/** Who gave an order and why; part of every operator's event. */
export interface DecidedBy {
  /** `command line` or `admin key`. */
  actor: string;
  reason: string;
}

export interface OperatorEvent {
  type: string;
  by: DecidedBy;
  metadata: Metadata;
  payload?: Uint8Array;
  /** What makes the decision the one it is, so that deciding it again changes nothing; unset: each is one of its own. */
  identity?: (string | number)[];
}

/** Appends an operator's decision. What the folds make of it, they make of the event alone. */
export async function appendOperatorEvent(
  sql: Queryable,
  { type, by, metadata, payload, identity }: OperatorEvent,
  now: Date,
): Promise<void> {
  await append(sql, operatorStream, [
    {
      id: deriveId(operatorStream, type, ...(identity ?? [crypto.randomUUID()])),
      type,
      schemaVersion: 1,
      runId: null,
      receivedAt: now,
      metadata: { ...metadata, actor: by.actor, reason: by.reason },
      payload: payload ?? new Uint8Array(),
    },
  ]);
}
