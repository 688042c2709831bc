import { allFeeds } from '../config/config.ts';
import { createAnswerCache } from '../api/http/answer-cache.ts';
import { registerGraphiql } from '../api/http/graphiql.ts';
import { registerProbes } from '../api/http/probes.ts';
import { createHttpServer, listen } from '../api/http/server.ts';
import { registerTransfer } from '../api/http/transfer.ts';
import { registerGraphql } from '../api/graphql/register.ts';
import { registerRest } from '../api/rest/register.ts';
import { startScheduler, type Scheduler } from '../ingest/scheduler.ts';
import { readFeedStates } from '../read/feeds.ts';
import { createVersionReader } from '../read/versions.ts';
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

// Some 2,000 pages of /data with 100 rows each.
const answersMaxBytes = 64 * 1024 * 1024;

/** The HTTP side, and by role the projector and who decides on what it has folded. Each role serves the probes and the metrics. */
export async function startService(app: App, role: Role): Promise<Service> {
  const { config, database, sessions, log, metrics, now } = app;
  const rebuilder = createRebuilder(app.rebuildDeps, log);
  const http = createHttpServer({ log, metrics });
  await registerTransfer(http, { corsOrigins: config.corsOrigins });
  registerProbes(http, {
    sql: database.readSql,
    sources: config.sources.map(({ source, settings }) => ({ name: source.name, settings })),
    metrics,
    now,
  });
  if (role !== 'worker') {
    registerRest(http, {
      sessions,
      answers: createAnswerCache({
        versions: createVersionReader(database.readSql),
        build: version,
        maxBytes: answersMaxBytes,
      }),
      archive: app.archive,
      sql: database.readSql,
      sources: config.sources.map(({ source }) => source.name),
      now,
      version,
      startedAt: now(),
    });
    await registerGraphql(http, {
      sessions,
      archive: app.archive,
      sources: config.sources,
      log,
      now,
      administration: { key: config.adminApiKey, sql: database.sql, ingester: app.ingester, rebuilder, log },
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
