import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freshResolver } from '../../src/identity/testing.ts';
import { createMarket } from '../../src/sandbox/market.ts';
import { createSandboxServer } from '../../src/sandbox/server.ts';
import { readSourceCoins } from '../../src/read/source-coins.ts';
import { paprikaId } from '../../src/sources/coinpaprika/sandbox-view.ts';
import { sources } from '../../src/sources/registry.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { directoryConfigured } from '../support/directory.ts';
import { createTestIngester, sourceConfigured } from '../support/ingest.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { startUpstream } from '../support/upstream.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await expectRebuildEqualsLive(database);
  await database.close();
});

const directories = ['coingecko.list', 'coinpaprika.coins', 'coinpaprika.contracts'];

/** The links of a market that was asked for everything, each coin of which must be linked to itself. */
async function linksOfMarket(
  coinsThere: number,
  streams: readonly string[],
  more: Record<string, string> = {},
) {
  const clock = () => new Date('2026-11-20T12:00:00Z');
  const market = createMarket({ seed: 5, coins: coinsThere, speed: 1, startedAt: new Date(0), clock });
  const sandbox = createSandboxServer({ sources, market, clock: () => new Date() });
  const { url } = await sandbox.listen(0);
  const environment = {
    COINGECKO_BASE_URL: `${url}/coingecko/api/v3`,
    COINPAPRIKA_BASE_URL: `${url}/coinpaprika/v1`,
    COINGECKO_PAGES: '2',
    ...more,
  };
  const ingester = createTestIngester(database);
  const feeds = [
    sourceConfigured('coingecko', environment),
    sourceConfigured('coinpaprika', environment),
    ...streams.map((stream) => directoryConfigured(stream, environment)),
  ];
  for (const feed of feeds)
    expect(await ingester.ingest(feed, { reason: 'test' })).toMatchObject({ kind: 'completed' });
  await Promise.all([ingester.close(), sandbox.close()]);
  await projectAll(database);

  const coins = await readSourceCoins(database.readSql);
  const slugs = new Map(market.coinsAt(clock()).map((coin) => [paprikaId(coin), coin.slug]));
  const { decisions } = freshResolver(coins);
  const links = decisions.flatMap((decision) => (decision.kind === 'link' ? decision : []));
  for (const linked of Map.groupBy(links, ({ coinId }) => coinId).values()) {
    const ids = linked.map(({ source, sourceCoinId }) =>
      source === 'coinpaprika' ? slugs.get(sourceCoinId) : sourceCoinId,
    );
    expect(new Set(ids).size, JSON.stringify(linked)).toBe(1);
  }
  return links;
}

describe('the simulated market', () => {
  it('is linked by its contracts, each coin to itself, though the sources write addresses in different cases', async () => {
    const links = await linksOfMarket(500, directories);
    expect(links.filter(({ method }) => method === 'CONTRACT').length).toBeGreaterThan(150);
  });

  it('is linked by CoinPaprika’s mapping where the key allows, before anything else', async () => {
    const key = { COINPAPRIKA_API_KEY: 'business-key' };
    const links = await linksOfMarket(60, [...directories, 'coinpaprika.mappings'], key);
    expect(links.filter(({ method }) => method === 'MAPPING').length).toBeGreaterThan(40);
  });
});

const folder = join(import.meta.dirname, '../../../shared/payloads');

describe.skipIf(!existsSync(folder))('recorded lists (skipped where ../shared/payloads is absent)', () => {
  it.each([
    ['coingecko.list', 'coingecko/coins_list_2022-01.json', 11_580],
    ['coinpaprika.coins', 'coinpaprika/coins_list_2019-09.json', 3_839],
  ])('%s: every coin of %s is a listing, in one pass', async (stream, path, count) => {
    const body = readFileSync(join(folder, path));
    const upstream = await startUpstream(() => ({ body }));
    const variable = `${stream.split('.')[0]?.toUpperCase()}_BASE_URL`;
    const ingester = createTestIngester(database);
    const config = directoryConfigured(stream, { [variable]: upstream.url });
    expect(await ingester.ingest(config, { reason: 'test' })).toMatchObject({ kind: 'completed' });
    await Promise.all([ingester.close(), upstream.close()]);
    const began = performance.now();
    await projectAll(database);
    process.stdout.write(`${count} listings: ${(performance.now() - began).toFixed(0)} ms\n`);
    const [run] = await database.sql`select records_read, accepted, rejected, skipped from read.run`;
    expect(run).toEqual({ recordsRead: count, accepted: count, rejected: 0, skipped: 0 });
    const sent = (JSON.parse(body.toString()) as { id: string; is_active?: boolean }[]).map(
      ({ id, is_active = null }) => [id, is_active],
    );
    const kept = await database.sql<{ sourceCoinId: string; isActive: boolean | null }[]>`
      select source_coin_id, is_active from read.listing order by record_index`;
    expect(kept.map(({ sourceCoinId, isActive }) => [sourceCoinId, isActive])).toEqual(sent);
  });
});
