import { readMappings } from '../control/mapping-decisions.ts';
import { recordReplay, type RejectedAs } from '../control/record-decisions.ts';
import type { DecidedBy } from '../control/operator-events.ts';
import type { Queryable } from '../database/client.ts';
import type { Archive } from '../log/archive/archive.ts';
import { readEvent } from '../log/read.ts';
import { readRecords } from '../projections/records/read-records.ts';
import { feedOfStream } from '../sources/registry.ts';
import type { RejectedRow } from './rejected.ts';

export interface ReplayDeps {
  /** Writes one event to the operator's stream. */
  sql: Queryable;
  archive: Archive;
  now: () => Date;
}

export interface Replay {
  /** Can be read now, and will be in the read model as soon as that is folded again. */
  replayed: RejectedRow[];
  /** As wrong as they were. */
  stillRejected: RejectedRow[];
}

/** Reads the records of one event again, freed from any contract: which of them can be read? */
async function readAgain(
  { sql, archive }: ReplayDeps,
  stream: string,
  version: number,
  mappings: ReadonlyMap<string, unknown>,
): Promise<ReadonlySet<number>> {
  const from = feedOfStream(stream);
  const event = from === null ? null : await readEvent(sql, stream, version, archive);
  if (from === null || event === null || event.redacted) return new Set();
  const { records } = readRecords(event, from.feed, {
    mode: 'evolve',
    known: null,
    isReleased: () => true,
    mappings,
  });
  return new Set(records.filter(({ kind }) => kind !== 'rejected').map(({ index }) => index));
}

const asRejected = (row: RejectedRow): RejectedAs => {
  const { stream, version, recordIndex, source, runId, line, issues, recordedAt } = row;
  return { stream, version, recordIndex, source, runId, line, issues, recordedAt: recordedAt.toISOString() };
};

/**
 * Folds rejected records again after a fix of the parser, of a contract or of what it acknowledges; nothing is fetched.
 * Those that can be read now are on record as replayed, and the projector folds the log by that decision.
 */
export async function replayRejected(
  deps: ReplayDeps,
  rows: readonly RejectedRow[],
  by: DecidedBy,
): Promise<Replay> {
  const result: Replay = { replayed: [], stillRejected: [] };
  const loaded = await readMappings(deps.sql);
  const mappings = new Map(loaded.map(({ name, mapping }) => [name, mapping]));
  const byEvent = Map.groupBy(rows, ({ stream, version }) => `${stream}:${version}`);
  for (const own of byEvent.values()) {
    const [first] = own;
    if (!first) continue;
    const readable = await readAgain(deps, first.stream, first.version, mappings);
    for (const row of own) (readable.has(row.recordIndex) ? result.replayed : result.stillRejected).push(row);
  }
  if (result.replayed.length > 0)
    await recordReplay(deps.sql, result.replayed.map(asRejected), by, deps.now());
  return result;
}
