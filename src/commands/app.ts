import { randomUUID } from 'node:crypto';
import type { Config } from '../config/config.ts';
import { keptFrom } from '../config/retention.ts';
import { createIdentityLog, type IdentityLog } from '../control/identity-log.ts';
import { databaseClock } from '../database/clock.ts';
import { openDatabase, type Database } from '../database/open.ts';
import { createFetcher } from '../ingest/http.ts';
import { createIngester, type Ingester } from '../ingest/ingester.ts';
import { createArchive, type Archive } from '../log/archive/archive.ts';
import { openStore } from '../log/archive/store.ts';
import type { LogKind } from '../log/log-kind.ts';
import { readFoldDigest } from '../projections/fold-digest.ts';
import type { BatchLimits } from '../projector/batch.ts';
import { createMonitor, type Monitor } from '../monitor/monitor.ts';
import { createProjector, type Projector } from '../projector/projector.ts';
import type { RebuildDeps } from '../projector/rebuild.ts';
import { createReadSessions, type ReadSessions } from '../read/session.ts';
import { createVersionReader, type VersionReader } from '../read/versions.ts';
import { createIdentityResolver, type IdentityResolver } from '../resolver/identity-resolver.ts';
import { createLogger, type Logger } from '../telemetry/logger.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import { version } from '../version.ts';

/** Everything a command may need, opened once and closed once. */
export interface App {
  config: Config;
  database: Database;
  archive: Archive;
  /** Unique per process: who holds a lease. */
  holder: string;
  log: Logger;
  metrics: Metrics;
  projector: Projector;
  sessions: ReadSessions;
  versions: VersionReader;
  /** What has been decided on identity, and the one who decides. */
  identity: IdentityLog;
  resolver: IdentityResolver;
  /** Raises what looks wrong. */
  monitor: Monitor;
  ingester: Ingester;
  rebuildDeps: RebuildDeps;
  /** Of the program, where it was built in a container. */
  revision: string;
  now: () => Date;
  /** Aborted by `stop`. */
  stopping: AbortSignal;
  /** Ends what is running at its next safe point; closing comes after. */
  stop(): void;
  close(): Promise<void>;
}

export interface AppOptions {
  config: Config;
  dataDir: string;
  /** Refuse any other kind of data; null: what the log holds, or the first answer brings. */
  kind: LogKind | null;
}

const now = () => new Date();

// Read ahead by some 850 bytes a record, which is what the APIs send; a commit is bounded by records themselves.
const limitsFor = ({ batchRecords }: Config): BatchLimits => ({
  records: batchRecords,
  events: 1_000,
  payloadBytes: batchRecords * 850,
});

/** The composition root: plain calls, in the order that things depend on each other. */
export async function openApp({ config, dataDir, kind }: AppOptions): Promise<App> {
  const log = createLogger(config.logLevel);
  const revision = process.env['COINLOG_REVISION'] ?? 'unknown';
  const metrics = createMetrics({ version, revision });
  // Before anything is opened: a wrong ARCHIVE_URI leaves nothing behind.
  const store = config.archiveUri === null ? null : openStore(config.archiveUri);
  const archive = createArchive(store);
  const database = await openDatabase({
    url: config.databaseUrl,
    ownerUrl: config.databaseOwnerUrl,
    dataDir,
    log: (message) => log.debug({ message }, 'embedded'),
  });
  const holder = `${process.pid}-${randomUUID()}`;
  const codeDigest = readFoldDigest();
  const limits = limitsFor(config);
  const projector = createProjector({
    sql: database.sql,
    archive,
    holder,
    codeDigest,
    limits,
    log,
    now,
    keptFrom: (time) => config.historyRetention && keptFrom(config.historyRetention, time),
    onEffects: ({ records, runsEnded }) => {
      for (const { source, outcome, count } of records) metrics.ingestRecords.inc({ source, outcome }, count);
      for (const { source, status } of runsEnded) metrics.ingestRuns.inc({ source, status });
    },
  });
  const versions = createVersionReader(database.versionSql);
  const sessions = createReadSessions(database.readSql, versions, database.sharedSql);
  const identity = createIdentityLog({ sql: database.sql, archive, now });
  const resolver = createIdentityResolver({
    sql: database.sql,
    sessions,
    identity,
    log,
    now,
    onPass: ({ decisions }) => metrics.identityDecisions.inc(decisions),
  });
  const monitor = createMonitor({
    sql: database.sql,
    sessions,
    sources: config.sources
      .filter(({ enabled, settings }) => enabled && settings !== null)
      .map(({ source, staleAfterMs }) => ({ name: source.name, staleAfterMs })),
    spreadLimitPercent: config.spreadLimitPercent,
    log,
    now,
  });
  const ingester = createIngester({
    sql: database.sql,
    archive,
    fetcher: createFetcher(now, `coinlog/${version}`),
    log,
    now,
    random: Math.random,
    retryAttempts: config.retryAttempts,
    kind,
    fileOptions: config.fileOptions,
    budgetClock: (sql) => databaseClock(sql, now),
    terms: { rejectLimitRecords: config.rejectLimitRecords, rejectLimitPercent: config.rejectLimitPercent },
    observer: {
      onAttempt: (source, result) => metrics.ingestAttempts.inc({ source, class: result }),
      onAppend: (stream, seconds) => {
        metrics.logAppends.inc({ stream });
        metrics.logAppendSeconds.observe(seconds);
      },
    },
  });
  const stopping = new AbortController();
  return {
    config,
    database,
    archive,
    holder,
    log,
    metrics,
    projector,
    sessions,
    versions,
    identity,
    resolver,
    monitor,
    ingester,
    rebuildDeps: { sql: database.sql, archive, holder, codeDigest, limits, now, signal: stopping.signal },
    revision,
    now,
    stopping: stopping.signal,
    stop() {
      stopping.abort();
      void ingester.close();
      void resolver.close();
      void monitor.close();
      void projector.close();
    },
    async close() {
      await ingester.close();
      await resolver.close();
      await monitor.close();
      await projector.close();
      await store?.close();
      await database.close();
    },
  };
}
