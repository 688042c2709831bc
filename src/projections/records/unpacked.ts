import { gunzipSync } from 'node:zlib';
import { maxPayloadBytes, type LogEvent } from '../../log/event.ts';

/** An event as its source reads it: what was kept packed is unpacked. Throws on what cannot be, or is too large. */
export const unpacked = <T extends Pick<LogEvent, 'metadata' | 'payload'>>(event: T): T =>
  event.metadata['packed'] === 'gzip'
    ? { ...event, payload: gunzipSync(event.payload, { maxOutputLength: maxPayloadBytes }) }
    : event;
