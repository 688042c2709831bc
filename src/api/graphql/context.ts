import type { GraphQLResolveInfo } from 'graphql';
import { recordKey, type RecordRef } from '../../control/record-decisions.ts';
import { readSourceControls, type SourceControls } from '../../control/status.ts';
import type { SourceConfig } from '../../config/config.ts';
import type { Queryable } from '../../database/client.ts';
import type { Archive } from '../../log/archive/archive.ts';
import { readAliases, readLinks, type LinkRow } from '../../read/graphql/links.ts';
import { candleKeyText, readCandles, type CandleKey, type CandleRow } from '../../read/graphql/candles.ts';
import { readCoinsById, type CoinRow } from '../../read/graphql/coins.ts';
import type { AnomalyRow } from '../../read/anomalies.ts';
import { readAnomaliesById } from '../../read/graphql/anomalies.ts';
import type { DriftRow } from '../../read/drifts.ts';
import { readDriftsById } from '../../read/graphql/drifts.ts';
import { eventKeyText, readEventsByKey, type EventKey, type ShownEvent } from '../../read/graphql/events.ts';
import { readQuotes, type QuoteRow } from '../../read/graphql/quotes.ts';
import { readRawRecords, recordKeyText, type RecordKey } from '../../read/graphql/raw-records.ts';
import { readRejectedRecords } from '../../read/graphql/rejected.ts';
import { readRankGaps } from '../../read/graphql/runs.ts';
import { readRebuildsById, type RebuildRow } from '../../read/rebuilds.ts';
import { readSnapshotsById, type SnapshotRow } from '../../read/graphql/snapshots.ts';
import type { RejectedRow } from '../../read/rejected.ts';
import { readRunsById, type RunRow } from '../../read/runs.ts';
import type { ReadSessions } from '../../read/session.ts';
import { readSourceStates, type SourceState } from '../../read/sources.ts';
import { createAdmission } from '../admin.ts';
import { type RateState } from '../http/rate-limit.ts';
import { assertAdmitted, type Administration } from './administration.ts';
import { createBatcher, type Batcher } from './batcher.ts';
import { createPastCoinsCache } from '../../read/past/cache.ts';
import { createPast, type Past } from './past.ts';
import { lookUp, type Reads } from './reads.ts';
import { createOfItems } from './selected-fields.ts';
import { createCoinColumns } from './types/coin.ts';

export interface ContextDeps {
  sessions: ReadSessions;
  archive: Archive;
  sources: readonly SourceConfig[];
  now: () => Date;
  /** `key` null: nobody is admitted. */
  administration: Administration & { key: string | null };
}

/** Who asks. */
export interface Asked {
  requestId: string;
  /** The header. Never logged, and never part of an answer. */
  authorization: string | undefined;
  /** Null where nobody counts. */
  rate: RateState | null;
}

/** What came of a request, once it is run. */
export interface Outcome {
  /** By the cost rule; null for one that was not weighed. */
  cost: number | null;
  /** What the answer is labelled with; null without a database. */
  version: number | null;
  /** Nothing failed. */
  clean: boolean;
  /** The request was one, and what it asks is no valid document with the variables that it takes. */
  isDocumentAtFault: boolean;
}

/** What one request looks up by its key. */
interface Batchers {
  coins: Batcher<string, CoinRow>;
  /** By canonical id, as the following. */
  quotes: Batcher<string, QuoteRow[]>;
  links: Batcher<string, LinkRow[]>;
  aliases: Batcher<string, string[]>;
  candles: Batcher<CandleKey, CandleRow[]>;
  snapshots: Batcher<string, SnapshotRow>;
  runs: Batcher<string, RunRow>;
  /** By run. */
  rankGaps: Batcher<string, string>;
  events: Batcher<EventKey, ShownEvent>;
  rawRecords: Batcher<RecordKey, unknown>;
  drifts: Batcher<string, DriftRow>;
  anomalies: Batcher<string, AnomalyRow>;
  rejected: Batcher<RecordRef, RejectedRow>;
  rebuilds: Batcher<string, RebuildRow>;
  sourceStates: Batcher<string, SourceState>;
  sourceControls: Batcher<string, SourceControls>;
}

/** What the resolvers of one request share. */
export interface GraphqlContext extends Batchers {
  requestId: string;
  rate: RateState | null;
  outcome: Outcome;
  reads: Reads;
  /** The columns that a page of coins needs. */
  coinColumns(info: GraphQLResolveInfo): readonly string[];
  past: Past;
  archive: Archive;
  sources: readonly SourceConfig[];
  now: () => Date;
  /** One moment for the whole answer: what is asked up to now ends there for every coin. */
  askedAt: Date;
  /** What changes anything; throws UNAUTHENTICATED or ADMIN_DISABLED for those who may not. */
  administration(): Administration;
  /** From here on everything is read anew, from a later snapshot: a mutation has changed it. */
  refresh(): Promise<void>;
}

const itself = (key: string): string => key;

function createBatchers({ archive, sources, now }: ContextDeps, reads: Reads): Batchers {
  const { read, readShort } = reads;
  const byId = <Value>(
    query: (sql: Queryable, ids: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
  ) => createBatcher({ keyOf: itself, load: (ids) => lookUp(reads, ids, (sql) => query(sql, ids)) });
  const controlled = sources.map(({ source, settings }) => ({ name: source.name, settings }));
  return {
    coins: byId(readCoinsById),
    quotes: byId(readQuotes),
    links: byId(readLinks),
    aliases: byId(readAliases),
    candles: createBatcher({
      keyOf: candleKeyText,
      load: (keys) => read((sql) => readCandles(sql, keys)),
    }),
    snapshots: byId(readSnapshotsById),
    runs: byId(readRunsById),
    rankGaps: createBatcher({ keyOf: itself, load: (ids) => read((sql) => readRankGaps(sql, ids)) }),
    events: createBatcher({
      keyOf: eventKeyText,
      load: (keys) => read((sql) => readEventsByKey(sql, keys, archive)),
    }),
    rawRecords: createBatcher({
      keyOf: recordKeyText,
      load: (keys) => read((sql) => readRawRecords(sql, keys, archive)),
    }),
    drifts: byId(readDriftsById),
    anomalies: byId(readAnomaliesById),
    rejected: createBatcher({
      keyOf: recordKey,
      load: (refs) => read((sql) => readRejectedRecords(sql, refs)),
    }),
    rebuilds: byId(readRebuildsById),
    // There are a few sources only: all of them, whichever are asked for.
    sourceStates: createBatcher({ keyOf: itself, load: () => readShort(readSourceStates) }),
    sourceControls: createBatcher({
      keyOf: itself,
      load: () => read((sql) => readSourceControls(sql, controlled, now())),
    }),
  };
}

/** The contexts of requests, one after the other. */
export function createContexts(deps: ContextDeps): (asked: Asked, reads: Reads) => GraphqlContext {
  const { archive, sources, now } = deps;
  const { key, ...administration } = deps.administration;
  const admit = createAdmission(key);
  const pastCoins = createPastCoinsCache();
  const coinColumns = createOfItems(createCoinColumns());
  return ({ requestId, authorization, rate }, reads) => {
    const batchers = createBatchers(deps, reads);
    const askedAt = now();
    const past = createPast(reads, pastCoins, askedAt);
    return {
      ...batchers,
      requestId,
      rate,
      outcome: { cost: null, version: null, clean: false, isDocumentAtFault: false },
      reads,
      coinColumns,
      past,
      archive,
      sources,
      now,
      askedAt,
      administration() {
        assertAdmitted(admit(authorization));
        return administration;
      },
      async refresh() {
        const { coins, quotes, links } = past;
        for (const batcher of [...Object.values(batchers), coins, quotes, links]) batcher.forget();
        await reads.renew();
      },
    };
  };
}
