/** Text, whole numbers and booleans only, nested as need be: nothing that two JSON writers could print differently. */
export type MetadataValue =
  string | number | boolean | null | readonly MetadataValue[] | { readonly [key: string]: MetadataValue };
export type Metadata = { readonly [key: string]: MetadataValue };

export interface NewEvent {
  /** A UUID derived from what makes the event the one it is, so that appending it again changes nothing. */
  id: string;
  type: string;
  schemaVersion: number;
  runId: string | null;
  /** Our clock when the answer was complete. */
  receivedAt: Date;
  metadata: Metadata;
  /** The exact bytes received; empty where there are none. */
  payload: Uint8Array;
}

export interface EventHeader {
  stream: string;
  version: number;
  eventId: string;
  type: string;
  schemaVersion: number;
  runId: string | null;
  receivedAt: Date;
  recordedAt: Date;
  metadata: Metadata;
  payloadBytes: number;
  /** Hexadecimal, of the payload as received. */
  sha256: string;
  /** Hexadecimal. */
  chainHash: string;
  redacted: boolean;
}

export interface LogEvent extends EventHeader {
  payload: Uint8Array;
}

/** 64 MiB: a page of 250 coins is 0.2. */
export const maxPayloadBytes = 64 * 1024 * 1024;
