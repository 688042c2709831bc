import { Int, ObjectType } from 'type-graphql';
import { z } from 'zod';
import type { EventHeader } from '../../../log/event.ts';
import type { ShownEvent } from '../../../read/graphql/events.ts';
import { nodeId } from '../../../read/graphql/node-id.ts';
import { connectionType } from '../connection.ts';
import { Unversioned } from '../field-rules.ts';
import { Optional, Required } from '../fields.ts';
import { DateTime, Json, SafeInt } from '../scalars.ts';
import { Node } from './node.ts';

@ObjectType({
  description: 'The request that an event is the answer to. Keys are never recorded.',
  simpleResolvers: true,
})
export class EventRequest {
  @Required(() => String, 'Where it went, with its parameters.')
  url: string;

  @Required(() => Json, 'Its parameters by name.')
  params: unknown;

  @Optional(() => Int, 'The status of the answer; null when there was no answer.')
  status: number | null;

  @Required(() => Int, 'Which request of its run it was, from 1.')
  attempt: number;
}

@ObjectType({
  implements: Node,
  description: 'One entry of the append-only log: what was received, or a fact about a run. Never changed.',
  simpleResolvers: true,
})
export class Event extends Node {
  @Required(() => String, 'The stream it is in: a feed of a source, or one kind of decision.')
  stream: string;

  @Required(() => SafeInt, 'Its place in the stream, from 1, without gaps.')
  version: number;

  @Required(() => String, 'What it says, as `page.fetched`.')
  type: string;

  @Required(() => DateTime, 'When the answer was complete, by our clock.')
  receivedAt: Date;

  @Required(() => DateTime, 'When it was appended; never before its predecessor.')
  recordedAt: Date;

  @Required(() => SafeInt, 'Bytes received, before compression; 0 for a fact without any.')
  payloadBytes: number;

  @Required(() => String, 'SHA-256 of the bytes received, in hexadecimal.')
  sha256: string;

  @Required(() => String, 'SHA-256 over its predecessor, itself and its payload, in hexadecimal.')
  chainHash: string;

  @Unversioned()
  @Required(() => Boolean, 'Whether an operator has removed its payload.')
  redacted: boolean;

  @Unversioned()
  @Required(() => Boolean, 'Whether it has left the database and lies in the archive.')
  archived: boolean;

  @Optional(() => EventRequest, 'The request behind it; null for an event without one.')
  request: EventRequest | null;

  /** For `run`. */
  runId: string | null;
}

export const EventConnection = connectionType(Event, 'Event', 'events');

const requested = z.object({
  request: z.object({ url: z.string(), params: z.record(z.string(), z.unknown()) }),
  status: z.number().nullish(),
  attempt: z.number(),
});

function requestOf(metadata: EventHeader['metadata']): EventRequest | null {
  const parsed = requested.safeParse(metadata);
  if (!parsed.success) return null;
  const { request, status, attempt } = parsed.data;
  return { url: request.url, params: request.params, status: status ?? null, attempt };
}

/** An event of the log as the API shows it. */
export const eventOf = ({ metadata, ...header }: ShownEvent): Event => ({
  id: nodeId({ kind: 'event', stream: header.stream, version: header.version }),
  stream: header.stream,
  version: header.version,
  type: header.type,
  receivedAt: header.receivedAt,
  recordedAt: header.recordedAt,
  payloadBytes: header.payloadBytes,
  sha256: header.sha256,
  chainHash: header.chainHash,
  redacted: header.redacted,
  archived: header.archived,
  request: requestOf(metadata),
  runId: header.runId,
});
