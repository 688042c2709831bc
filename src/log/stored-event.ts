import { chain, headerOf, sha256, type ChainedColumns } from './chain.ts';
import type { LogEvent } from './event.ts';

/** What is left of a payload: its raw bytes, nothing after a redaction, or something nobody can unpack. */
export type StoredPayload = { kind: 'bytes'; bytes: Buffer } | { kind: 'redacted' } | { kind: 'unreadable' };

/** An event as the chain covers it, wherever it lies: in the database, in an archived segment, in an export. */
export interface StoredEvent extends ChainedColumns {
  sha256: Buffer;
  chainHash: Buffer;
  payload: StoredPayload;
}

/** A place in a stream: the version, and the chain up to and with it. */
export interface ChainPosition {
  version: number;
  chainHash: Uint8Array;
}

/** Which payloads an operator has decided to remove, as `stream:version`. */
export type Redactions = ReadonlySet<string>;
export const redactionKey = (stream: string, version: number): string => `${stream}:${version}`;

function reasonBad(event: StoredEvent, after: ChainPosition, redactions: Redactions): string | null {
  const { payload, version } = event;
  if (version !== after.version + 1)
    return `expected version ${after.version + 1} here: an event was removed or put in`;
  if (payload.kind === 'unreadable') return 'its payload cannot be unpacked';
  if (payload.kind === 'redacted' && !redactions.has(redactionKey(event.stream, version)))
    return "its payload is gone, and no operator's event says why";
  if (payload.kind === 'bytes' && payload.bytes.byteLength !== event.payloadBytes)
    return 'its payload has another length than recorded';
  if (payload.kind === 'bytes' && !sha256(payload.bytes).equals(event.sha256))
    return 'its payload does not match its digest';
  if (!chain(after.chainHash, headerOf(event), event.sha256).equals(event.chainHash))
    return 'its hash does not follow from its columns and the event before it';
  return null;
}

export interface ChainCheck {
  /** The last event found good. */
  position: ChainPosition;
  /** Null: the event is good and follows on from the one before. Else what is wrong with it. */
  check(event: StoredEvent): string | null;
}

/** Follows a stream's chain event by event: density, digests, hashes, and redactions that were decided. */
export function createChainCheck(start: ChainPosition, redactions: Redactions): ChainCheck {
  const state: ChainCheck = {
    position: start,
    check(event) {
      const reason = reasonBad(event, state.position, redactions);
      if (reason === null) state.position = { version: event.version, chainHash: event.chainHash };
      return reason;
    },
  };
  return state;
}

/** The event as readers know it. */
export const toLogEvent = (event: StoredEvent): LogEvent => ({
  stream: event.stream,
  version: event.version,
  eventId: event.eventId,
  type: event.type,
  schemaVersion: event.schemaVersion,
  runId: event.runId,
  receivedAt: new Date(event.receivedAtUs / 1000),
  recordedAt: new Date(event.recordedAtUs / 1000),
  metadata: event.metadata,
  payloadBytes: event.payloadBytes,
  sha256: event.sha256.toString('hex'),
  chainHash: event.chainHash.toString('hex'),
  redacted: event.payload.kind === 'redacted',
  payload: event.payload.kind === 'bytes' ? event.payload.bytes : new Uint8Array(),
});
