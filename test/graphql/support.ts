import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { pino } from 'pino';
import { createHttpServer } from '../../src/api/http/server.ts';
import { registerTransfer } from '../../src/api/http/transfer.ts';
import { registerGraphql, type GraphqlDeps } from '../../src/api/graphql/register.ts';
import type { SourceConfig } from '../../src/config/config.ts';
import type { Sql } from '../../src/database/client.ts';
import { createAnswerCache, type AnswerCache } from '../../src/api/http/answer-cache.ts';
import { createVersionReader } from '../../src/read/versions.ts';
import { createVersionWatch } from '../../src/read/version-watch.ts';
import { createRateLimit } from '../../src/api/http/rate-limit.ts';
import { createReadSessions } from '../../src/read/session.ts';
import { sources } from '../../src/sources/registry.ts';
import { silentLogger, type Logger } from '../../src/telemetry/logger.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import type { TestDatabase } from '../support/database.ts';
import { noArchive } from '../../src/log/archive/archive.ts';

export interface GraphqlAnswer<T> {
  status: number;
  headers: LightMyRequestResponse['headers'];
  /** Of the shape that the test has asked for. */
  data: T;
  errors: { message: string; path?: unknown[]; extensions: { code: string } }[];
  extensions: { readModelVersion?: number | null };
}

export interface TestApi {
  app: FastifyInstance;
  ask<T = unknown>(
    query: string,
    variables?: object,
    headers?: Record<string, string>,
  ): Promise<GraphqlAnswer<T>>;
  close(): Promise<void>;
}

/** Every source as it is without any configuration; csv is off, so that there is one that is. */
export const sourceConfigs: readonly SourceConfig[] = sources.map((source) => ({
  name: source.name,
  source,
  feed: source.feed,
  directories: [],
  enabled: source.name !== 'csv',
  settings: null,
  schedule: source.schedule,
  staleAfterMs: source.staleAfterMs,
  driftMode: 'evolve',
}));

/** For a test that counts what an answer takes: none is kept. */
export const nothingKept = (readSql: Sql): AnswerCache =>
  createAnswerCache({ versions: createVersionReader(readSql), build: 'test', maxBytes: 0 });

/** Not that of the version, before and after: it is shared by all who ask at once. See docs/decisions/0020. */
export const isOfAnswer = (statement: string): boolean =>
  !/^\s*select version, is_quiet from control\.read_version/.test(statement);

export const readAnswer = <T>(response: LightMyRequestResponse): GraphqlAnswer<T> => {
  const body = response.json();
  return {
    status: response.statusCode,
    headers: response.headers,
    data: body.data,
    errors: body.errors ?? [],
    extensions: body.extensions ?? {},
  };
};

const refused = Promise.reject(new Error('this test ingests and rebuilds nothing'));
refused.catch(() => undefined);

/** The GraphQL API over a database, as `serve` makes it, without a port. */
export async function createTestApi(
  { readSql }: Pick<TestDatabase, 'readSql'>,
  deps: Partial<GraphqlDeps> = {},
): Promise<TestApi> {
  const log = deps.log ?? silentLogger;
  const metrics = createMetrics({ version: 'test', revision: 'test' });
  const app = createHttpServer({ log, metrics });
  await registerTransfer(app, { corsOrigins: [] });
  const versions = createVersionReader(readSql);
  const sessions = createReadSessions(readSql, versions);
  await registerGraphql(app, {
    sessions,
    archive: noArchive,
    sources: sourceConfigs,
    log,
    metrics,
    cache: createAnswerCache({ versions, build: 'test', maxBytes: 10_000_000 }),
    settings: { trust: 'off', manifest: new Map(), suggestions: true },
    now: () => new Date(),
    administration: {
      key: null,
      sql: readSql,
      ingester: { ingest: () => refused },
      rebuilder: { begin: () => refused },
      log,
    },
    watch: createVersionWatch({ sql: readSql, versions, pollMs: 50, onTrouble: () => undefined }),
    rateLimit: createRateLimit(null, () => new Date()),
    isAllowedOrigin: () => false,
    page: null,
    ...deps,
  });
  return {
    app,
    async ask<T>(query: string, variables: object = {}, headers: Record<string, string> = {}) {
      const payload = { query, variables };
      return readAnswer<T>(await app.inject({ method: 'POST', url: '/graphql', headers, payload }));
    },
    close: () => app.close(),
  };
}

/** A logger whose lines a test can look at. */
export function createRecordingLogger(): { log: Logger; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  return { log, lines };
}
