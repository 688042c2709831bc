import type { SourceConfig } from '../../config/config.ts';
import type { Archive } from '../../log/archive/archive.ts';
import type { EventHeader } from '../../log/event.ts';
import { readLinks, type SourceCoin } from '../../read/graphql/coin-ids.ts';
import { readCoinsById, type CoinRow } from '../../read/graphql/coins.ts';
import { eventKeyText, readEventsByKey, type EventKey } from '../../read/graphql/events.ts';
import { readQuotes, type QuoteRow } from '../../read/graphql/quotes.ts';
import { readRawRecords, recordKeyText, type RecordKey } from '../../read/graphql/raw-records.ts';
import { readSnapshotsById, type SnapshotRow } from '../../read/graphql/snapshots.ts';
import { readRunsById, type RunRow } from '../../read/runs.ts';
import type { ReadSessions } from '../../read/session.ts';
import { readSourceStates, type SourceState } from '../../read/sources.ts';
import { createBatcher, type Batcher } from './batcher.ts';
import { createReads, type Reads } from './reads.ts';

export interface ContextDeps {
  sessions: ReadSessions;
  archive: Archive;
  sources: readonly SourceConfig[];
  now: () => Date;
}

/** What the resolvers of one request share. */
export interface GraphqlContext {
  requestId: string;
  reads: Reads;
  sources: readonly SourceConfig[];
  now: () => Date;
  coins: Batcher<string, CoinRow>;
  /** By canonical id, as the following. */
  quotes: Batcher<string, QuoteRow[]>;
  links: Batcher<string, SourceCoin[]>;
  snapshots: Batcher<string, SnapshotRow>;
  runs: Batcher<string, RunRow>;
  events: Batcher<EventKey, EventHeader>;
  rawRecords: Batcher<RecordKey, unknown>;
  sourceStates: Batcher<string, SourceState>;
}

const itself = (key: string): string => key;

export function createContext(deps: ContextDeps, requestId: string): GraphqlContext {
  const { sessions, archive, sources, now } = deps;
  const reads = createReads(sessions);
  const { read } = reads;
  return {
    requestId,
    reads,
    sources,
    now,
    coins: createBatcher({ keyOf: itself, load: (ids) => read((sql) => readCoinsById(sql, ids)) }),
    quotes: createBatcher({ keyOf: itself, load: (ids) => read((sql) => readQuotes(sql, ids)) }),
    links: createBatcher({ keyOf: itself, load: (ids) => read((sql) => readLinks(sql, ids)) }),
    snapshots: createBatcher({ keyOf: itself, load: (ids) => read((sql) => readSnapshotsById(sql, ids)) }),
    runs: createBatcher({ keyOf: itself, load: (ids) => read((sql) => readRunsById(sql, ids)) }),
    events: createBatcher({
      keyOf: eventKeyText,
      load: (keys) => read((sql) => readEventsByKey(sql, keys, archive)),
    }),
    rawRecords: createBatcher({
      keyOf: recordKeyText,
      load: (keys) => read((sql) => readRawRecords(sql, keys, archive)),
    }),
    // There are a few sources only: all of them, whichever are asked for.
    sourceStates: createBatcher({ keyOf: itself, load: () => read(readSourceStates) }),
  };
}
