import { z } from 'zod';
import type { Queryable } from '../database/client.ts';
import { CoinlogError } from '../errors.ts';
import { canonicalJson } from './canonical-json.ts';
import { sha256 } from './chain.ts';
import { compress } from './compress.ts';
import { maxPayloadBytes, type NewEvent } from './event.ts';

const versions = z.array(z.number());
const appendResult = z.discriminatedUnion('kind', [
  /** Written, with these versions. */
  z.object({ kind: z.literal('appended'), versions, head: z.number() }),
  /** All of it was there already, with these versions. */
  z.object({ kind: z.literal('duplicate'), versions, head: z.number() }),
  /**
   * Nothing written: some of the ids are there and some not, an id is there with another payload, or the head is not
   * the expected one.
   */
  z.object({
    kind: z.literal('conflict'),
    reason: z.enum(['partly_known', 'other_payload', 'head_moved']),
    head: z.number(),
  }),
]);
export type AppendResult = z.infer<typeof appendResult>;

export interface AppendOptions {
  /** Refuse unless the stream's head is just here. Unset: wherever it is. */
  expectedHead?: number;
}

export type Append = (
  stream: string,
  events: readonly NewEvent[],
  options?: AppendOptions,
) => Promise<AppendResult>;

async function prepare(stream: string, event: NewEvent) {
  if (event.payload.byteLength > maxPayloadBytes)
    throw new CoinlogError(
      'EVENT_TOO_LARGE',
      `A payload for ${stream} has ${event.payload.byteLength} bytes; the most an event holds is ${maxPayloadBytes}.`,
    );
  const stored = await compress(event.payload);
  const row = {
    // As the database prints it: the chain covers the text.
    id: event.id.toLowerCase(),
    type: event.type,
    schema_version: event.schemaVersion,
    run_id: event.runId,
    received_at: event.receivedAt.getTime() * 1000,
    metadata: canonicalJson(event.metadata),
    payload_bytes: event.payload.byteLength,
    stored_bytes: stored.byteLength,
    sha256: sha256(event.payload).toString('hex'),
  };
  return { row, stored };
}

/**
 * Appends events to one stream, all or none, in one transaction of their own. Safe to retry: the same ids again are
 * `duplicate`. Throws EVENT_TOO_LARGE above 64 MiB of one payload, and what the database throws.
 */
export async function append(
  sql: Queryable,
  stream: string,
  events: readonly NewEvent[],
  options: AppendOptions = {},
): Promise<AppendResult> {
  if (events.length === 0) throw new RangeError(`nothing to append to ${stream}`);
  if (new Set(events.map(({ id }) => id)).size < events.length)
    throw new RangeError(`one id twice in a batch for ${stream}`);
  const prepared = await Promise.all(events.map((event) => prepare(stream, event)));
  const rows = JSON.stringify(prepared.map(({ row }) => row));
  const payloads = Buffer.concat(prepared.map(({ stored }) => stored));
  const [answer] = await sql<{ result: unknown }[]>`
    select log.append(${stream}, ${options.expectedHead ?? null}::bigint, ${rows}::text::jsonb, ${payloads}) as result`;
  return appendResult.parse(answer?.result);
}
