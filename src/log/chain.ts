import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import type { Metadata } from './event.ts';

export const sha256 = (bytes: Uint8Array | string): Buffer => createHash('sha256').update(bytes).digest();

/** What the chain of a stream starts from. */
export const genesis = (stream: string): Buffer => sha256(stream);

export interface ChainedColumns {
  stream: string;
  version: number;
  eventId: string;
  type: string;
  schemaVersion: number;
  runId: string | null;
  /** Microseconds since 1970. */
  receivedAtUs: number;
  recordedAtUs: number;
  metadata: Metadata;
  payloadBytes: number;
}

/** Canonical JSON of every column but the payload and the hashes: the same text `log.append` builds in SQL. */
export const headerOf = (event: ChainedColumns): string =>
  canonicalJson({
    event_id: event.eventId,
    metadata: event.metadata,
    payload_bytes: event.payloadBytes,
    received_at: event.receivedAtUs,
    recorded_at: event.recordedAtUs,
    run_id: event.runId,
    schema_version: event.schemaVersion,
    stream: event.stream,
    type: event.type,
    version: event.version,
  });

/** The hash that ties an event to all before it. */
export const chain = (previous: Uint8Array, header: string, payloadSha256: Uint8Array): Buffer =>
  createHash('sha256').update(previous).update(sha256(header)).update(payloadSha256).digest();
