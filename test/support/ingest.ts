import { loadConfig, type Environment, type SourceConfig } from '../../src/config/config.ts';
import { createFetcher } from '../../src/ingest/http.ts';
import { createIngester, type Ingester } from '../../src/ingest/ingester.ts';
import type { IngesterDeps } from '../../src/ingest/outcome.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import type { TestDatabase } from './database.ts';
import { noArchive } from '../../src/log/archive/archive.ts';

const now = () => new Date();

/** The real ingester on a test database: no waiting between attempts, short time limits. */
export const createTestIngester = ({ sql }: TestDatabase, more: Partial<IngesterDeps> = {}): Ingester =>
  createIngester({
    sql,
    archive: noArchive,
    fetcher: createFetcher(now, 'coinlog/test'),
    log: silentLogger,
    now,
    random: () => 0,
    retryAttempts: 3,
    kind: null,
    fileOptions: {},
    terms: { rejectLimitRecords: null, rejectLimitPercent: 10 },
    observer: { onAttempt: () => undefined, onAppend: () => undefined },
    timeoutMs: 5_000,
    ...more,
  });

/** A source's configuration as the environment makes it. */
export function sourceConfigured(name: string, environment: Environment = {}): SourceConfig {
  const found = loadConfig(environment).sources.find(({ source }) => source.name === name);
  if (!found) throw new Error(`no source ${name}`);
  return found;
}
