import type { Queryable } from '../database/client.ts';
import { readMappings } from '../control/mapping-decisions.ts';
import type { Archive } from '../log/archive/archive.ts';
import type { EventHeader } from '../log/event.ts';
import { readEvent, readHeaders } from '../log/read.ts';
import { readRecords } from '../projections/records/read-records.ts';
import { unchangedOf } from '../projections/runs/unchanged.ts';
import { feedOfStream } from '../sources/registry.ts';

/** Which run, and where its events are. */
export interface RunPlace {
  runId: string;
  feed: string;
  startedVersion: number;
}

export async function findRunPlaces(
  sql: Queryable,
  runIds: readonly string[],
): Promise<Map<string, RunPlace>> {
  const rows = await sql<RunPlace[]>`
    select run_id, feed, started_version from read.run where run_id = any(${[...runIds]})`;
  return new Map(rows.map((row) => [row.runId, row]));
}

// As many as a poll can have at the most, failed attempts included; of a large file its beginning.
const eventsOfARun = 1_100;
const carriesRecords: ReadonlySet<string> = new Set(['page.fetched', 'page.unchanged', 'file.chunk']);

/** The event that has a page's bytes: itself, or the one that it was found equal to. */
const bytesOf = (event: EventHeader): number => unchangedOf(event)?.version ?? event.version;

export interface RunCoins {
  /** Price in US dollars of each source coin that the run was told of; null where it has none. */
  prices: Map<string, string | null>;
  /** False: it has more events than are looked at, or payloads that are gone. */
  complete: boolean;
}

/**
 * What a run was told, read from its own pages: the read model keeps of an observation that was told twice only who told it last.
 * One payload is in memory at a time.
 */
export async function readRunCoins(sql: Queryable, run: RunPlace, archive: Archive): Promise<RunCoins> {
  const { runId, feed: stream, startedVersion } = run;
  const feed = feedOfStream(stream)?.feed;
  const prices = new Map<string, string | null>();
  if (!feed) return { prices, complete: false };
  const headers = await readHeaders(sql, stream, startedVersion, { archive, limit: eventsOfARun });
  const own = headers.filter((header) => header.runId === runId && carriesRecords.has(header.type));
  let complete = headers.length < eventsOfARun || headers.at(-1)?.runId !== runId;
  const mappings = new Map((await readMappings(sql)).map(({ name, mapping }) => [name, mapping]));
  const contract = { mode: 'evolve', known: null, isReleased: () => true, mappings } as const;
  for (const header of own) {
    const event = await readEvent(sql, stream, bytesOf(header), archive);
    if (event === null || event.redacted) {
      complete = false;
      continue;
    }
    for (const record of readRecords(event, feed, contract).records)
      if (record.kind === 'coin')
        prices.set(
          record.sourceCoinId,
          record.quotes.find(({ currency }) => currency === 'USD')?.price ?? null,
        );
  }
  return { prices, complete };
}
