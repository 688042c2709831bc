import type { FastifyInstance } from 'fastify';
import { createAnswerCache } from '../../src/api/http/answer-cache.ts';
import { createHttpServer } from '../../src/api/http/server.ts';
import { registerRest, type RestDeps } from '../../src/api/rest/register.ts';
import { noArchive } from '../../src/log/archive/archive.ts';
import { createReadSessions } from '../../src/read/session.ts';
import { createVersionReader } from '../../src/read/versions.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import type { TestDatabase } from '../support/database.ts';
import { checkEveryAnswer } from './documented.ts';

export const sourceNames = ['coinpaprika', 'coingecko', 'csv'];

/** The moment that every test takes for now. */
export const testNow = new Date('2026-11-23T14:44:44.572Z');

/** What the routes need, over a database. */
export const restDeps = ({ readSql }: Pick<TestDatabase, 'readSql'>): RestDeps => ({
  sessions: createReadSessions(readSql),
  answers: createAnswerCache({ versions: createVersionReader(readSql), build: '1.0.0', maxBytes: 1_000_000 }),
  rowCacheBytes: 1_000_000,
  archive: noArchive,
  sql: readSql,
  sources: sourceNames,
  now: () => testNow,
  version: '1.0.0',
  startedAt: testNow,
});

/** The routes over a database, as `serve` puts them together. Every answer is checked against the document. */
export function createRestApp(
  database: Pick<TestDatabase, 'readSql'>,
  overrides: Partial<RestDeps> = {},
): FastifyInstance {
  const app = createHttpServer({
    log: silentLogger,
    metrics: createMetrics({ version: 'test', revision: 'test' }),
  });
  registerRest(app, { ...restDeps(database), ...overrides });
  checkEveryAnswer(app);
  return app;
}
