import { allFeeds, type Config } from '../config/config.ts';
import { createAnswerCache } from '../api/http/answer-cache.ts';
import { registerGraphiql } from '../api/http/graphiql.ts';
import { registerProbes } from '../api/http/probes.ts';
import { createAllowedOrigins } from '../api/http/origins.ts';
import { createRateLimit } from '../api/http/rate-limit.ts';
import { createHttpServer, listen } from '../api/http/server.ts';
import { readManifest } from '../api/graphql/execution/trusted.ts';
import { registerTransfer } from '../api/http/transfer.ts';
import { registerGraphql, type GraphqlSettings } from '../api/graphql/register.ts';
import { registerRest } from '../api/rest/register.ts';
import { startScheduler, type Scheduler } from '../ingest/scheduler.ts';
import { readFeedStates } from '../read/feeds.ts';
import { createVersionWatch } from '../read/version-watch.ts';
import { version } from '../version.ts';
import type { App } from './app.ts';
import { createRebuilder } from './rebuilder.ts';
import type { Role } from './roles.ts';

export interface Service {
  url: string;
  /** Starts the polling; apart from the rest so that a first run can come before it. */
  startScheduler(): void;
  close(): Promise<void>;
}

// LISTEN is only a hint: this is how late a subscriber is when it fails.
const versionPollMs = 500;

/** What an answer depends on besides the request and the read model: another of it makes other ETags. */
const buildOf = ({ config, revision }: App): string =>
  JSON.stringify([
    version,
    revision,
    config.sources.map(({ source, enabled, staleAfterMs }) => [source.name, enabled, staleAfterMs]),
  ]);

const graphqlSettings = (config: Config): GraphqlSettings => ({
  trust: config.trustedDocuments,
  manifest: config.trustedDocumentsFile === null ? new Map() : readManifest(config.trustedDocumentsFile),
  suggestions: config.isDevelopment,
});

/** The HTTP side, and by role the projector and who decides on what it has folded. Each role serves the probes and the metrics. */
export async function startService(app: App, role: Role): Promise<Service> {
  const { config, database, sessions, versions, log, metrics, now } = app;
  const rebuilder = createRebuilder(app.rebuildDeps, log);
  const rateLimit = createRateLimit(config.rateLimitPerMinute, now);
  const { trustProxy } = config;
  const http = createHttpServer({ log, metrics, access: { trustProxy, rateLimit, now } });
  await registerTransfer(http, { corsOrigins: config.corsOrigins });
  registerProbes(http, {
    sql: database.readSql,
    sources: config.sources.map(({ source, settings }) => ({ name: source.name, settings })),
    metrics,
    now,
  });
  if (role !== 'worker') {
    const answers = createAnswerCache({ versions, build: buildOf(app), maxBytes: config.answerCacheBytes });
    registerRest(http, {
      sessions,
      answers,
      archive: app.archive,
      rowCacheBytes: config.rowCacheBytes,
      sql: database.readSql,
      sources: config.sources.map(({ source }) => source.name),
      now,
      version,
      startedAt: now(),
    });
    await registerGraphql(http, {
      sessions,
      metrics,
      cache: answers,
      settings: graphqlSettings(config),
      archive: app.archive,
      sources: config.sources,
      log,
      now,
      administration: { key: config.adminApiKey, sql: database.sql, ingester: app.ingester, rebuilder, log },
      watch: createVersionWatch({
        sql: database.versionSql,
        versions,
        pollMs: versionPollMs,
        onTrouble: (reason) => log.warn({ reason }, 'subscriptions: cannot follow the read model'),
      }),
      rateLimit,
      isAllowedOrigin: createAllowedOrigins(config.corsOrigins),
      page: registerGraphiql(http),
    });
  }
  const url = await listen(http, config.apiHost, config.apiPort);
  if (role !== 'api') {
    app.projector.follow();
    app.resolver.follow();
    app.monitor.follow();
  }
  let scheduler: Scheduler | null = null;
  return {
    url,
    startScheduler() {
      if (role === 'api') return;
      scheduler ??= startScheduler({
        feeds: allFeeds(config),
        csvPath: config.csvPath,
        ingester: app.ingester,
        log,
        now,
        random: Math.random,
        lastSuccessAt: async ({ feed }) =>
          (await readFeedStates(database.readSql)).get(feed.stream)?.lastSuccessAt ?? null,
      });
    },
    async close() {
      scheduler?.close();
      await http.close();
      app.stop();
      await rebuilder.close();
    },
  };
}
