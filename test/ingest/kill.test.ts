import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SourceConfig } from '../../src/config/config.ts';
import { noArchive } from '../../src/log/archive/archive.ts';
import type { LogEvent } from '../../src/log/event.ts';
import { readEvents } from '../../src/log/read.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestIngester, sourceConfigured } from '../support/ingest.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { startUpstream } from '../support/upstream.ts';
import { expectRecovered, ingestAndKill, killMoments } from './kill-child.ts';

let database: TestDatabase;
let undisturbed: TestDatabase;
let folder: string;
beforeEach(async () => {
  [database, undisturbed] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  folder = await mkdtemp(join(tmpdir(), 'coinlog-kill-'));
});
afterEach(async () => {
  await expectRecovered(database);
  await expectRebuildEqualsLive(undisturbed);
  await Promise.all([database.close(), undisturbed.close()]);
  await rm(folder, { recursive: true });
});

// In all; the polls and the files get half of them each. "make chaos" asks for many more than the suite has time for.
const kills = Number(process.env['CHAOS_KILLS'] ?? 16) / 2;
const longestMs = 120;

/** Ingests in one child after another until so many were killed in the middle of it; tells of each that came through. */
async function ingestWithKills(
  environment: { SOURCE: string; [name: string]: string },
  onDone: () => Promise<void> | void,
): Promise<void> {
  const { SOURCE: source } = environment;
  let killed = 0;
  // More moments than are needed: a child may be faster than its kill.
  for (const moment of killMoments(source, 10 * kills, longestMs)) {
    if (killed === kills) break;
    if (await ingestAndKill(database, environment, moment)) killed += 1;
    else await onDone();
  }
  if (process.env['CHAOS_KILLS']) process.stderr.write(`${source}: ${killed} kills\n`);
  expect(killed).toBe(kills);
}

/** One run with nobody in its way. */
async function ingestInPeace(target: TestDatabase, source: SourceConfig, path?: string): Promise<void> {
  // A minute's budget would keep them apart.
  const unlimited = { second: null, minute: null, month: null };
  const settings = source.settings && { ...source.settings, limits: unlimited };
  const ingester = createTestIngester(target);
  const outcome = await ingester.ingest(
    { ...source, settings },
    { reason: 'test', ...(path === undefined ? {} : { path }) },
  );
  await ingester.close();
  expect(['completed', 'unchanged']).toContain(outcome.kind);
}

/** Everything that a log says of coins: number and digest of the rows, without when and in which event they came. */
async function contentsOf({ sql }: TestDatabase): Promise<unknown> {
  const own = ['processed_at', 'version', 'since_version', 'seen_version', 'changed_version'];
  return sql`
    select what, count(*) as rows, md5(string_agg(content, E'\n' order by content)) as digest from (
      select 'quote' as what, (to_jsonb(q) - ${own}::text[])::text as content from read.quote q
      union all select 'snapshot', (to_jsonb(s) - ${own}::text[])::text from read.snapshot s
      union all select 'source coin', (to_jsonb(c) - ${own}::text[])::text from read.source_coin c
      union all select 'coin', (to_jsonb(c) - ${own}::text[])::text from read.coin c) everything
    group by what order by what`;
}

async function expectSameAsUndisturbed(): Promise<void> {
  await Promise.all([projectAll(database), projectAll(undisturbed)]);
  const contents = await contentsOf(database);
  expect(contents).toHaveLength(4);
  expect(contents).toEqual(await contentsOf(undisturbed));
}

const eventsOf = (stream: string): Promise<LogEvent[]> =>
  readEvents(database.sql, stream, 0, { limit: 10_000, archive: noArchive });

const pages = 9;
const perPage = 250;
const pageOfEpoch = (page: number, epoch: number): string =>
  JSON.stringify(
    Array.from({ length: page === pages ? 10 : perPage }, (_, i) => ({
      id: `c${page}-${i}`,
      symbol: 'c',
      name: 'c',
      current_price: epoch + i / 1_000,
      market_cap_rank: (page - 1) * perPage + i + 1,
      last_updated: new Date(Date.UTC(2026, 10, 20, 10, epoch)).toISOString(),
    })),
  );

const rows = 5_000;
// Of no use but to make many chunks of few rows.
const note = 'x'.repeat(250);
const fileOfEpoch = (epoch: number): string =>
  `id,symbol,name,price,note\n${Array.from({ length: rows }, (_, i) => `coin-${i},C${i},"Coin, ${i}",${i + epoch}.5,${note}`).join('\n')}\n`;

async function writeFileOfEpoch(path: string, epoch: number): Promise<void> {
  await writeFile(path, fileOfEpoch(epoch));
  // Its prices hold for the time it was changed.
  const changedAt = new Date(Date.UTC(2026, 10, 20, 10, epoch));
  await utimes(path, changedAt, changedAt);
}

describe('kill -9', () => {
  it('in the middle of polling loses no page and doubles none: every run goes on where it was', async () => {
    // Prices change with every first page that is asked for: all pages of a sweep belong together.
    let epoch = 0;
    const upstream = await startUpstream((url) => {
      const page = Number(url.searchParams.get('page'));
      if (page === 1) epoch += 1;
      return { body: pageOfEpoch(page, epoch) };
    });
    const environment = {
      SOURCE: 'coingecko',
      COINGECKO_BASE_URL: upstream.url,
      COINGECKO_PAGES: String(pages),
    };
    await ingestWithKills(environment, () => undefined);
    const source = sourceConfigured('coingecko', environment);
    await ingestInPeace(database, source);

    const events = await eventsOf('coingecko.markets');
    const runs = Map.groupBy(events, ({ runId }) => runId)
      .values()
      .toArray();
    const epochs: number[] = [];
    for (const own of runs) {
      expect(own.at(-1)?.type).toBe('run.completed');
      const bodies = own
        .filter(({ type }) => type === 'page.fetched')
        .map(({ payload }) => Buffer.from(payload).toString());
      const found = Array.from({ length: epoch }, (_, i) => i + 1).find(
        (candidate) => bodies[0] === pageOfEpoch(1, candidate),
      );
      epochs.push(found ?? 0);
      expect(bodies).toEqual(Array.from({ length: pages }, (_, i) => pageOfEpoch(i + 1, found ?? 0)));
    }

    for (const next of epochs) {
      epoch = next - 1;
      await ingestInPeace(undisturbed, source);
    }
    await upstream.close();
    await expectSameAsUndisturbed();
  });

  it('in the middle of a file leaves every row exactly once, and all its bytes in order', async () => {
    const path = join(folder, 'large.csv');
    let epoch = 1;
    await writeFileOfEpoch(path, epoch);
    await ingestWithKills({ SOURCE: 'csv', FILE: path }, () => writeFileOfEpoch(path, (epoch += 1)));
    const source = sourceConfigured('csv');
    await ingestInPeace(database, source, path);

    // A new run of the same bytes goes on where the last one was killed: what a file had is told over all its runs.
    const chunks = (await eventsOf('csv.files')).filter(({ type }) => type === 'file.chunk');
    const files = Map.groupBy(chunks, ({ metadata }) => JSON.stringify(metadata['file']))
      .values()
      .toArray();
    expect(files).toHaveLength(epoch);
    for (const [index, own] of files.entries()) {
      expect(own.length).toBeGreaterThan(3);
      expect(Buffer.concat(own.map(({ payload }) => payload)).toString()).toBe(fileOfEpoch(index + 1));
    }
    for (let next = 1; next <= epoch; next += 1) {
      await writeFileOfEpoch(path, next);
      await ingestInPeace(undisturbed, source, path);
    }
    await expectSameAsUndisturbed();
    expect(await database.sql`select coins, snapshots from read.source`).toEqual([
      { coins: rows, snapshots: rows * epoch },
    ]);
  });
});
