import { z } from 'zod';
import type { Queryable } from '../database/client.ts';
import { redactionKey, type ChainCheck, type StoredEvent } from './stored-event.ts';

export const operatorStream = 'operator';
export const redactedType = 'event.redacted';

const decision = z.object({ stream: z.string(), version: z.number() });

/** What an event redacts, or null when it is no such decision. */
export function redactionOf(event: { stream: string; type: string; metadata: unknown }): string | null {
  if (event.stream !== operatorStream || event.type !== redactedType) return null;
  const { stream, version } = decision.parse(event.metadata);
  return redactionKey(stream, version);
}

/** Every payload an operator has decided to remove, whether or not it is gone by now. */
export async function readRedactions(sql: Queryable): Promise<Set<string>> {
  const rows = await sql<{ stream: string; type: string; metadata: unknown }[]>`
    select stream, type, metadata from log.event where stream = ${operatorStream} and type = ${redactedType}`;
  return new Set(rows.flatMap((row) => redactionOf(row) ?? []));
}

/** Checks an event; for a payload that is gone it asks once more whether that was decided meanwhile. */
export async function checkDecided(
  sql: Queryable,
  chain: ChainCheck,
  event: StoredEvent,
  redactions: Set<string>,
): Promise<string | null> {
  const reason = chain.check(event);
  if (reason === null || event.payload.kind !== 'redacted') return reason;
  for (const key of await readRedactions(sql)) redactions.add(key);
  return chain.check(event);
}
