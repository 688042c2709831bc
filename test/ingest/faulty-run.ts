import { expect } from 'vitest';
import type { Environment } from '../../src/config/config.ts';
import { createFetcher } from '../../src/ingest/http.ts';
import type { IngestOptions, IngestOutcome, IngesterDeps } from '../../src/ingest/outcome.ts';
import { noArchive } from '../../src/log/archive/archive.ts';
import type { LogEvent } from '../../src/log/event.ts';
import { readEvents, readHeads } from '../../src/log/read.ts';
import type { TestDatabase } from '../support/database.ts';
import { createTestIngester, sourceConfigured } from '../support/ingest.ts';
import { projectAll } from '../support/project.ts';
import { coins, pages, stream, withSmallPages } from './small-pages.ts';

export interface FaultyRun {
  outcome: IngestOutcome;
  events: LogEvent[];
  types: string[];
  failed: LogEvent[];
  /** The class of each failed attempt, in order. */
  classes: unknown[];
}

export interface RunSettings {
  environment?: Environment;
  deps?: Partial<IngesterDeps>;
  reason?: IngestOptions['reason'];
}

// A demo key may ask 30 times a minute, and no test here does; without one it would be ten.
const environmentOf = (url: string): Environment => ({
  COINGECKO_BASE_URL: `${url}/coingecko/api/v3`,
  COINGECKO_PAGES: String(pages),
  COINGECKO_API_KEY: 'CG-first-key',
});

/** One run of an ingester of its own against an upstream, and the events that it left. */
export async function runOnce(
  database: TestDatabase,
  url: string,
  { environment = {}, deps = {}, reason = 'test' }: RunSettings = {},
): Promise<FaultyRun> {
  const source = withSmallPages(sourceConfigured('coingecko', { ...environmentOf(url), ...environment }));
  const before = (await readHeads(database.sql)).get(stream) ?? 0;
  const now = deps.now ?? (() => new Date());
  const fetcher = createFetcher(now, 'coinlog/test');
  const ingester = createTestIngester(database, { fetcher, ...deps });
  try {
    const outcome = await ingester.ingest(source, { reason });
    const events = await readEvents(database.sql, stream, before, { limit: 1_000, archive: noArchive });
    const failed = events.filter(({ type }) => type === 'page.failed');
    const classes = failed.map(({ metadata }) => metadata['class']);
    return { outcome, events, types: events.map(({ type }) => type), failed, classes };
  } finally {
    await ingester.close();
  }
}

export interface RunRow {
  runId: string;
  status: string;
  pages: number;
  recordsRead: number;
  accepted: number;
  revised: number;
  rejected: number;
  duplicates: number;
  skipped: number;
  errorCode: string | null;
  rankGaps: string | null;
}

/** The runs as they are folded, oldest first. */
export async function foldedRuns(database: TestDatabase): Promise<RunRow[]> {
  await projectAll(database);
  return database.sql<RunRow[]>`select * from read.run order by started_version`;
}

/** What holds of a log whatever an upstream did: only whole pages are stored, and every record is accounted for. */
export async function expectSoundLog(database: TestDatabase, sent: ReadonlySet<string>): Promise<void> {
  const events = await readEvents(database.sql, stream, 0, { limit: 1_000, archive: noArchive });
  for (const { type, payload, metadata } of events) {
    const text = Buffer.from(payload).toString();
    if (type === 'page.fetched') {
      expect(Array.isArray(JSON.parse(text))).toBe(true);
      expect(sent.has(text)).toBe(true);
    } else expect(text).toBe('');
    const { sample } = metadata;
    if (type === 'page.failed' && Number(metadata['bytes']) > 0)
      expect(typeof sample === 'string' && sample !== '' && sample.length <= 300).toBe(true);
  }
  const runs = await foldedRuns(database);
  for (const run of runs)
    expect(run.recordsRead).toBe(run.accepted + run.revised + run.rejected + run.duplicates + run.skipped);
  expect(await database.sql`select stream, version, reason from read.dead_letter`).toEqual([]);
}

/** A run that has every page and every coin, with not one failed attempt. */
export async function expectCompleteRun(
  database: TestDatabase,
  { outcome, classes }: FaultyRun,
): Promise<void> {
  expect(outcome).toMatchObject({ kind: 'completed' });
  expect(classes).toEqual([]);
  expect((await foldedRuns(database)).at(-1)).toMatchObject({
    status: 'COMPLETED',
    pages,
    recordsRead: coins,
    rejected: 0,
    skipped: 0,
    rankGaps: null,
  });
  expect(await database.sql`select count(*) as coins from read.quote`).toEqual([{ coins }]);
}
