import { z } from 'zod';
import type { Metadata } from '../event.ts';
import type { StoredEvent } from '../stored-event.ts';

/**
 * A block of a segment file, unpacked: per event a line of JSON, then the payload's raw bytes as many as it says, then
 * a line end. `zstd -dc` of a file shows it; nothing but that and this comment is needed to read one in ten years.
 */
const eventLine = z.object({
  version: z.int().positive(),
  event_id: z.string(),
  type: z.string(),
  schema_version: z.int(),
  run_id: z.string().nullable(),
  /** Microseconds since 1970, as is the next. */
  received_at: z.int(),
  recorded_at: z.int(),
  metadata: z.custom<Metadata>((value) => typeof value === 'object' && value !== null),
  payload_bytes: z.int().nonnegative(),
  sha256: z.string(),
  chain_hash: z.string(),
  redacted: z.boolean(),
});

const lineEnd = Buffer.from('\n');

/** The pieces of one event in a block. Throws when its payload cannot be unpacked: that is no event to move anywhere. */
export function encodeEvent(event: StoredEvent): Buffer[] {
  if (event.payload.kind === 'unreadable')
    throw new Error(`the payload of ${event.stream} ${event.version} cannot be unpacked`);
  const line: z.infer<typeof eventLine> = {
    version: event.version,
    event_id: event.eventId,
    type: event.type,
    schema_version: event.schemaVersion,
    run_id: event.runId,
    received_at: event.receivedAtUs,
    recorded_at: event.recordedAtUs,
    metadata: event.metadata,
    payload_bytes: event.payloadBytes,
    sha256: event.sha256.toString('hex'),
    chain_hash: event.chainHash.toString('hex'),
    redacted: event.payload.kind === 'redacted',
  };
  const payload = event.payload.kind === 'bytes' ? [event.payload.bytes] : [];
  return [Buffer.from(`${JSON.stringify(line)}\n`), ...payload, lineEnd];
}

/** The events of one block, in order. Throws what JSON, zod or a wrong length throw: the block is damaged. */
export function decodeBlock(stream: string, block: Buffer): StoredEvent[] {
  const events: StoredEvent[] = [];
  let at = 0;
  while (at < block.byteLength) {
    const end = block.indexOf(0x0a, at);
    if (end < 0) throw new RangeError('a line does not end');
    const line = eventLine.parse(JSON.parse(block.toString('utf8', at, end)));
    const payloadEnd = end + 1 + (line.redacted ? 0 : line.payload_bytes);
    if (block[payloadEnd] !== 0x0a) throw new RangeError('a payload is not as long as it says');
    events.push({
      stream,
      version: line.version,
      eventId: line.event_id,
      type: line.type,
      schemaVersion: line.schema_version,
      runId: line.run_id,
      receivedAtUs: line.received_at,
      recordedAtUs: line.recorded_at,
      metadata: line.metadata,
      payloadBytes: line.payload_bytes,
      sha256: Buffer.from(line.sha256, 'hex'),
      chainHash: Buffer.from(line.chain_hash, 'hex'),
      payload: line.redacted
        ? { kind: 'redacted' }
        : { kind: 'bytes', bytes: block.subarray(end + 1, payloadEnd) },
    });
    at = payloadEnd + 1;
  }
  return events;
}
