import { expect } from 'vitest';
import type { Environment } from '../../src/config/config.ts';
import { createFetcher } from '../../src/ingest/http.ts';
import type { IngestOptions, IngestOutcome, IngesterDeps } from '../../src/ingest/outcome.ts';
import { noArchive } from '../../src/log/archive/archive.ts';
import type { LogEvent } from '../../src/log/event.ts';
import { readEvents, readHeads } from '../../src/log/read.ts';
import type { FaultSizes } from '../../src/sandbox/faults/fault.ts';
import { createFaultPlan, type Decision, type FaultPlan } from '../../src/sandbox/faults/plan.ts';
import { parseFaultProfile } from '../../src/sandbox/faults/profile.ts';
import { createMarket } from '../../src/sandbox/market.ts';
import { createSandboxServer } from '../../src/sandbox/server.ts';
import { coingecko } from '../../src/sources/coingecko/index.ts';
import type { TestDatabase } from '../support/database.ts';
import { createTestIngester, sourceConfigured } from '../support/ingest.ts';
import { projectAll } from '../support/project.ts';
import { stream, withSmallPages } from './small-pages.ts';

/** Three pages, the last one half full. */
export const coins = 50;
export const pages = 3;

export interface FaultyUpstream {
  url: string;
  plan: FaultPlan;
  /** Every body that left the sandbox whole. */
  sent: Set<string>;
  /** What the stand-in answered to each request, before a fault. */
  statuses: readonly number[];
  requests: () => number;
  /** From now on without faults. */
  heal: () => void;
  close: () => Promise<void>;
}

export interface FaultyUpstreamOptions {
  sizes?: Partial<FaultSizes>;
  coins?: number;
  /** By which it counts requests. */
  clock?: () => Date;
  /** By which its prices move; without it they stand still, and what a page says changes by a fault alone. */
  marketClock?: () => Date;
}

/** The sandbox under a profile of faults; remembers what it sent. */
export async function startFaultyUpstream(
  profile: string,
  {
    sizes = {},
    coins: coinsThere = coins,
    clock = () => new Date(),
    marketClock,
  }: FaultyUpstreamOptions = {},
): Promise<FaultyUpstream> {
  const sent = new Set<string>();
  const statuses: number[] = [];
  let healthy = false;
  const plan = createFaultPlan(parseFaultProfile(profile), sizes);
  const startedAt = new Date(clock().getTime() - 3_600_000);
  const market = createMarket({
    seed: 7,
    coins: coinsThere,
    speed: 1,
    startedAt,
    clock: marketClock ?? (() => startedAt),
  });
  const server = createSandboxServer({
    sources: [coingecko],
    market,
    clock,
    faults: {
      given: plan.given,
      decide(asked) {
        statuses.push(asked.response.status);
        const decision: Decision = healthy
          ? { fault: null, effect: { kind: 'answer', response: asked.response } }
          : plan.decide(asked);
        if (decision.effect.kind === 'answer') sent.add(decision.effect.response.body);
        return decision;
      },
    },
  });
  const { url } = await server.listen(0);
  return {
    url,
    plan,
    sent,
    statuses,
    requests: () => statuses.length,
    heal: () => {
      healthy = true;
    },
    close: server.close,
  };
}

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
    if (type === 'page.failed' && metadata['status'] !== undefined)
      expect(String(metadata['sample']).length).toBeLessThanOrEqual(300);
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
  const [found] = await database.sql`
    select count(*) as coins, count(price) as priced from read.quote where quote_currency = 'USD'`;
  expect(found).toMatchObject({ coins });
}
