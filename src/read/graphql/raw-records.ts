import type { Queryable } from '../../database/client.ts';
import type { Archive } from '../../log/archive/archive.ts';
import { readEvent } from '../../log/read.ts';
import { unpacked } from '../../projections/records/unpacked.ts';
import { feedOfStream } from '../../sources/registry.ts';
import { eventKeyText, type EventKey } from './events.ts';

/** Which record of which event. */
export interface RecordKey extends EventKey {
  recordIndex: number;
}

export const recordKeyText = (key: RecordKey): string => `${eventKeyText(key)}:${key.recordIndex}`;

/** The records of one event as its source wrote them; none when the payload is gone or its source tells no records. */
async function rawRecordsOf(
  sql: Queryable,
  { stream, version }: EventKey,
  archive: Archive,
): Promise<readonly unknown[]> {
  const event = await readEvent(sql, stream, version, archive);
  if (event === null || event.redacted) return [];
  return feedOfStream(stream)?.feed.rawRecords?.(unpacked(event)) ?? [];
}

/**
 * Records as they were received, by `recordKeyText`. Each event is read and parsed once, and one after the other, so
 * that only one payload is in memory however many records are asked for.
 */
export async function readRawRecords(
  sql: Queryable,
  keys: readonly RecordKey[],
  archive: Archive,
): Promise<Map<string, unknown>> {
  const found = new Map<string, unknown>();
  for (const wanted of Map.groupBy(keys, eventKeyText).values()) {
    const [event] = wanted;
    if (event === undefined) continue;
    const records = await rawRecordsOf(sql, event, archive);
    for (const key of wanted) found.set(recordKeyText(key), records[key.recordIndex] ?? null);
  }
  return found;
}
