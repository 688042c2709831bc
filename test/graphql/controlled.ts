import { pino } from 'pino';
import { loadConfig, type Environment, type SourceConfig } from '../../src/config/config.ts';
import { createFetcher } from '../../src/ingest/http.ts';
import type { Ingester } from '../../src/ingest/ingester.ts';
import { createRebuilder } from '../../src/commands/rebuilder.ts';
import { createProjector, type Projector } from '../../src/projector/projector.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import type { TestDatabase } from '../support/database.ts';
import { createTestIngester } from '../support/ingest.ts';
import { testFolds } from '../support/project.ts';
import { startUpstream, type Upstream, type UpstreamAnswer } from '../support/upstream.ts';
import { createTestApi, type GraphqlAnswer, type TestApi } from './support.ts';

export const adminKey = 'correct-horse-battery';

/** A coin as an upstream sends it, with every field that the others have. */
export const plainCoin = (id: string, more: object = {}) => ({
  id,
  symbol: id,
  name: id,
  image: 'https://example.test/i.png',
  current_price: 1,
  last_updated: '2026-11-20T10:00:00Z',
  ...more,
});

/** A page of so many coins, each with what a test gives it. */
export const plainPage = (count: number, more: (index: number) => object = () => ({})): string =>
  JSON.stringify(Array.from({ length: count }, (_, index) => plainCoin(`c${index}`, more(index))));

export interface Controlled {
  api: TestApi;
  upstream: Upstream;
  sources: readonly SourceConfig[];
  ingester: Ingester;
  /** Every line that was logged, at any level. */
  lines: string[];
  projector: Projector;
  /** What the upstream answers from now on. */
  serve(answer: UpstreamAnswer): void;
  /** No request is made until the function that it gives is called. */
  hold(): () => void;
  /** With the key. */
  mutate<T = unknown>(query: string, variables?: object): Promise<GraphqlAnswer<T>>;
  /** One run of coingecko over this body. */
  run(body: string): Promise<void>;
  close(): Promise<void>;
}

/** The API with a key, the real ingester against an upstream, and a projector for a test to start. */
export async function createControlled(
  database: TestDatabase,
  environment: Environment = {},
  key: string | null = adminKey,
): Promise<Controlled> {
  let answer: UpstreamAnswer = { body: plainPage(3) };
  let held = Promise.resolve();
  const upstream = await startUpstream(() => answer);
  const { sources } = loadConfig({
    COINGECKO_BASE_URL: upstream.url,
    COINPAPRIKA_BASE_URL: upstream.url,
    SOURCES: 'coingecko,csv',
    ...environment,
  });
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const terms = { rejectLimitRecords: null, rejectLimitPercent: 100 };
  const fetch = createFetcher(() => new Date(), 'coinlog/test');
  const ingester = createTestIngester(database, {
    terms,
    fetcher: async (request) => {
      await held;
      return fetch(request);
    },
  });
  const rebuilder = createRebuilder({ ...testFolds, sql: database.sql, holder: crypto.randomUUID() }, log);
  const administration = { key, sql: database.sql, ingester, rebuilder, log };
  const api = await createTestApi(database, { sources, log, administration });
  const { sql } = database;
  const projector = createProjector({ ...testFolds, sql, holder: crypto.randomUUID(), log: silentLogger });
  return {
    api,
    upstream,
    sources,
    ingester,
    lines,
    projector,
    serve(next) {
      answer = next;
    },
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
    mutate: (query, variables) => api.ask(query, variables, { authorization: `Bearer ${adminKey}` }),
    async run(body) {
      answer = { body };
      const source = sources.find(({ source }) => source.name === 'coingecko');
      if (source) await ingester.ingest(source, { reason: 'test' });
    },
    async close() {
      await api.close();
      await ingester.close();
      await rebuilder.close();
      await projector.close();
      await upstream.close();
    },
  };
}
