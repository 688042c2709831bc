import { registerGraphiql } from '../api/http/graphiql.ts';
import { registerProbes } from '../api/http/probes.ts';
import { createAllowedOrigins } from '../api/http/cors.ts';
import { createRateLimit } from '../api/http/rate-limit.ts';
import { createHttpServer, listen } from '../api/http/server.ts';
import { readManifest } from '../api/graphql/execution/trusted.ts';
import { registerGraphql, type GraphqlSettings } from '../api/graphql/register.ts';
import { createAnswerCache } from '../api/http/answer-cache.ts';
import { registerRest } from '../api/rest/register.ts';
import { startScheduler, type Scheduler } from '../ingest/scheduler.ts';
import { readSourceStates } from '../read/sources.ts';
import type { Config } from '../config/config.ts';
import { createReadSessions } from '../read/session.ts';
import { createVersionWatch } from '../read/version-watch.ts';
import { createVersionReader } from '../read/versions.ts';
import { version } from '../version.ts';
import type { App } from './app.ts';
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

/** The HTTP side, and by role the projector. Each role serves the probes and the metrics. */
export async function startService(app: App, role: Role): Promise<Service> {
  const { config, database, log, metrics, now } = app;
  const versions = createVersionReader(database.versionSql);
  const sessions = createReadSessions(database.readSql, versions);
  const rateLimit = createRateLimit(config.rateLimitPerMinute, now);
  const isAllowedOrigin = createAllowedOrigins(config.corsOrigins);
  const { trustProxy } = config;
  const http = createHttpServer({
    log,
    metrics,
    access: { trustProxy, isAllowedOrigin, rateLimit, now },
  });
  registerProbes(http, {
    sql: database.readSql,
    sources: config.sources.map(({ source, settings }) => ({ name: source.name, settings })),
    metrics,
    now,
  });
  if (role !== 'worker') {
    registerRest(http, {
      sessions,
      sql: database.readSql,
      sources: config.sources.map(({ source }) => source.name),
      now,
      version,
      startedAt: now(),
    });
    await registerGraphql(http, {
      sessions,
      metrics,
      cache: createAnswerCache({ versions, build: buildOf(app), maxBytes: config.answerCacheBytes }),
      settings: graphqlSettings(config),
      archive: app.archive,
      sources: config.sources,
      log,
      now,
      administration: { key: config.adminApiKey, sql: database.sql, ingester: app.ingester, log },
      watch: createVersionWatch({
        sql: database.versionSql,
        versions,
        pollMs: versionPollMs,
        onTrouble: (reason) => log.warn({ reason }, 'subscriptions: cannot follow the read model'),
      }),
      rateLimit,
      isAllowedOrigin,
      page: registerGraphiql(http),
    });
  }
  const url = await listen(http, config.apiHost, config.apiPort);
  if (role !== 'api') app.projector.follow();
  let scheduler: Scheduler | null = null;
  return {
    url,
    startScheduler() {
      if (role === 'api') return;
      scheduler ??= startScheduler({
        sources: config.sources,
        csvPath: config.csvPath,
        ingester: app.ingester,
        log,
        now,
        random: Math.random,
        lastSuccessAt: async (source) =>
          (await readSourceStates(database.readSql)).get(source)?.lastSuccessAt ?? null,
      });
    },
    async close() {
      scheduler?.close();
      await http.close();
    },
  };
}
