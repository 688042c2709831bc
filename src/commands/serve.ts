import { registerGraphiql } from '../api/http/graphiql.ts';
import { registerProbes } from '../api/http/probes.ts';
import { createHttpServer, listen } from '../api/http/server.ts';
import { readManifest } from '../api/graphql/execution/trusted.ts';
import { registerGraphql, type GraphqlSettings } from '../api/graphql/register.ts';
import { createAnswerCache } from '../api/http/answer-cache.ts';
import { registerRest } from '../api/rest/register.ts';
import { startScheduler, type Scheduler } from '../ingest/scheduler.ts';
import { readSourceStates } from '../read/sources.ts';
import type { Config } from '../config/config.ts';
import { createReadSessions } from '../read/session.ts';
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
  const http = createHttpServer({ log, metrics });
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
