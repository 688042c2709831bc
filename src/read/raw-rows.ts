import { recordKey, type RecordRef } from '../control/record-decisions.ts';
import type { Queryable } from '../database/client.ts';
import type { Archive } from '../log/archive/archive.ts';
import { readEvent } from '../log/read.ts';
import { unpacked } from '../projections/records/unpacked.ts';
import { feedOfStream } from '../sources/registry.ts';
import type { RawRow } from '../sources/source.ts';

/** Rows of files as they were received, by `recordKey`; records of anything else are absent. Each event is read once. */
export async function readRawRows(
  sql: Queryable,
  records: readonly RecordRef[],
  archive: Archive,
): Promise<Map<string, RawRow>> {
  const found = new Map<string, RawRow>();
  for (const own of Map.groupBy(records, ({ stream, version }) => `${stream}:${version}`).values()) {
    const [first] = own;
    const feed = first && feedOfStream(first.stream)?.feed;
    if (!first || feed?.kind !== 'file' || !feed.rawRows) continue;
    const event = await readEvent(sql, first.stream, first.version, archive);
    if (event === null || event.redacted) continue;
    const rows = feed.rawRows(
      unpacked(event),
      own.map(({ recordIndex }) => recordIndex),
    );
    for (const record of own) {
      const row = rows.get(record.recordIndex);
      if (row) found.set(recordKey(record), row);
    }
  }
  return found;
}
