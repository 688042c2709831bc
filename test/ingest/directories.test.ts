import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pauseSource, resetSource } from '../../src/control/source-decisions.ts';
import { readHeaders } from '../../src/log/read.ts';
import { noArchive } from '../../src/log/archive/archive.ts';
import { readSourceStates } from '../../src/read/sources.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { directoryConfigured } from '../support/directory.ts';
import { createTestIngester, sourceConfigured } from '../support/ingest.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { startUpstream, type UpstreamAnswer } from '../support/upstream.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await projectAll(database);
  await expectRebuildEqualsLive(database);
  await database.close();
});

const market: UpstreamAnswer = {
  body: JSON.stringify([{ id: 'a', symbol: 'a', name: 'A', current_price: 1, market_cap_rank: 1 }]),
};
const list = (...coins: object[]): UpstreamAnswer => ({ body: JSON.stringify(coins) });
const coin = (id: string, name = id) => ({ id, symbol: id, name, platforms: {} });
const refusal: UpstreamAnswer = { status: 402, body: '{"error":"not in your plan"}' };

/** CoinGecko, with an answer for its list and one for its markets. */
async function start(answer: (isList: boolean, count: number) => UpstreamAnswer) {
  const upstream = await startUpstream((url, count) => answer(url.pathname === '/coins/list', count));
  const ingester = createTestIngester(database);
  const environment = { COINGECKO_BASE_URL: upstream.url };
  return {
    upstream,
    runMarket: () => ingester.ingest(sourceConfigured('coingecko', environment), { reason: 'test' }),
    runList: (reason = 'test') =>
      ingester.ingest(directoryConfigured('coingecko.list', environment), { reason }),
    close: () => Promise.all([ingester.close(), upstream.close()]),
  };
}

const runs = () => database.sql`
  select feed, status, unchanged, records_read, accepted, revised, rejected, duplicates, skipped
  from read.run order by started_at, run_id`;
const counts = { recordsRead: 0, accepted: 0, revised: 0, rejected: 0, duplicates: 0, skipped: 0 };
const listings = () => database.sql`
  select source_coin_id, name, version, record_index from read.listing order by source_coin_id`;

describe('a directory', () => {
  it('has runs, pages and records in the log as every feed, counted as every record is', async () => {
    const answers = [
      list(coin('a'), coin('b')),
      list(coin('a'), coin('b', 'B anew'), { id: 'c' }),
      // A coin that is in the list no more is still who it was.
      list(coin('a'), coin('d')),
    ];
    const test = await start((_isList, count) => answers[count - 1] ?? list());
    for (let count = 0; count < answers.length; count += 1)
      expect(await test.runList()).toMatchObject({ kind: 'completed' });
    await projectAll(database);
    const run = { ...counts, feed: 'coingecko.list', status: 'COMPLETED', unchanged: false };
    expect([...(await runs())]).toEqual([
      { ...run, recordsRead: 2, accepted: 2 },
      { ...run, status: 'FAILED', recordsRead: 3, revised: 1, duplicates: 1, rejected: 1 },
      { ...run, recordsRead: 2, accepted: 1, duplicates: 1 },
    ]);
    expect([...(await listings())]).toEqual([
      { sourceCoinId: 'a', name: 'a', version: 2, recordIndex: 0 },
      { sourceCoinId: 'b', name: 'B anew', version: 5, recordIndex: 1 },
      { sourceCoinId: 'd', name: 'd', version: 8, recordIndex: 1 },
    ]);
    await test.close();
  });

  it('that has not changed is one small event, and changes no row', async () => {
    const test = await start(() => list(coin('a'), coin('b')));
    await test.runList();
    await projectAll(database);
    const before = await database.sql`select xmin::text, source_coin_id from read.listing order by 2`;
    await test.runList();
    await projectAll(database);
    const events = await readHeaders(database.sql, 'coingecko.list', 0, { limit: 10, archive: noArchive });
    expect(events.map(({ type }) => type)).toEqual([
      'run.started',
      'page.fetched',
      'run.completed',
      'run.started',
      'page.unchanged',
      'run.completed',
    ]);
    expect((await runs())[1]).toMatchObject({ unchanged: true, recordsRead: 2, duplicates: 2 });
    expect(await database.sql`select xmin::text, source_coin_id from read.listing order by 2`).toEqual(
      before,
    );
    await test.close();
  });

  it('says nothing of how fresh its source is, and alone makes no coin', async () => {
    const test = await start((isList) => (isList ? list(coin('a'), coin('b')) : market));
    await test.runList();
    await projectAll(database);
    expect((await readSourceStates(database.sql)).get('coingecko')).toBeUndefined();
    expect(await database.sql`select 1 from read.coin`).toEqual([]);
    const run = await test.runMarket();
    await test.runList();
    await projectAll(database);
    const state = (await readSourceStates(database.sql)).get('coingecko');
    expect(state).toMatchObject({ coins: 1, snapshots: 1, lastRunId: 'runId' in run ? run.runId : '' });
    expect(await database.sql`select source_coin_id from read.source_coin`).toEqual([{ sourceCoinId: 'a' }]);
    await test.close();
  });

  it('that is refused leaves the market of its source alone, and its reset lets it be asked again', async () => {
    const test = await start((isList) => (isList ? refusal : market));
    expect(await test.runList()).toMatchObject({ kind: 'failed' });
    expect(await test.runMarket()).toMatchObject({ kind: 'completed' });
    expect(await test.runList()).toMatchObject({
      kind: 'stopped',
      message: expect.stringMatching(/^coingecko\.list is stopped .*"coinlog source reset coingecko"/s),
    });
    expect(test.upstream.requests).toHaveLength(2);
    await resetSource(database.sql, 'coingecko', { actor: 'test', reason: 'paid' }, new Date());
    expect(await test.runList()).toMatchObject({ kind: 'failed' });
    await test.close();
  });

  it('is asked though the market of its source is refused', async () => {
    const test = await start((isList) => (isList ? list(coin('a')) : refusal));
    expect(await test.runMarket()).toMatchObject({ kind: 'failed' });
    expect(await test.runMarket()).toMatchObject({ kind: 'stopped' });
    expect(await test.runList()).toMatchObject({ kind: 'completed' });
    await test.close();
  });

  it('that fails again and again opens a breaker of its own', async () => {
    const test = await start((isList) => (isList ? { status: 500, body: 'x' } : market));
    await test.runList();
    await test.runList();
    expect(await test.runList()).toMatchObject({ kind: 'put_off' });
    expect(await test.runMarket()).toMatchObject({ kind: 'completed' });
    await test.close();
  });

  it('that is told to wait has its whole source wait, since requests are counted by key', async () => {
    const test = await start(() => ({ status: 429, headers: { 'retry-after': '3600' }, body: 'slow down' }));
    expect(await test.runList()).toMatchObject({ kind: 'deferred' });
    expect(await test.runMarket()).toMatchObject({ kind: 'put_off' });
    expect(test.upstream.requests).toHaveLength(1);
    await test.close();
  });

  it('is paused with its source', async () => {
    const test = await start(() => list(coin('a')));
    await pauseSource(database.sql, 'coingecko', { actor: 'test', reason: 'quiet' }, new Date());
    expect(await test.runList()).toMatchObject({ kind: 'paused' });
    expect(test.upstream.requests).toEqual([]);
    await test.close();
  });

  it('spends the budget of its source', async () => {
    const environment = { ETL_RATE_LIMIT_REQUESTS: '1' };
    const upstream = await startUpstream((url) =>
      url.pathname === '/coins/list' ? list(coin('a')) : market,
    );
    const slept: number[] = [];
    const sleep = (ms: number): Promise<void> => {
      slept.push(ms);
      return database.owner`delete from control.budget_token`.then(() => undefined);
    };
    const ingester = createTestIngester(database, { sleep });
    const own = { ...environment, COINGECKO_BASE_URL: upstream.url };
    await ingester.ingest(sourceConfigured('coingecko', own), { reason: 'test' });
    await ingester.ingest(directoryConfigured('coingecko.list', own), { reason: 'test' });
    expect(slept).toHaveLength(1);
    const [month] = await database.sql`select sum(used)::int as used from control.budget_month`;
    expect(month).toEqual({ used: 2 });
    await Promise.all([ingester.close(), upstream.close()]);
  });

  it('runs by its schedule in between the many runs of its market, until the month has none left for it', async () => {
    const test = await start((isList) => (isList ? list(coin('a')) : market));
    const environment = { COINGECKO_BASE_URL: test.upstream.url, REQUESTS_PER_MONTH_COINGECKO: '20' };
    const ingester = createTestIngester(database);
    const runList = () =>
      ingester.ingest(directoryConfigured('coingecko.list', environment), { reason: 'schedule' });
    await ingester.ingest(sourceConfigured('coingecko', environment), { reason: 'schedule' });
    expect(
      await ingester.ingest(sourceConfigured('coingecko', environment), { reason: 'schedule' }),
    ).toMatchObject({ kind: 'put_off' });
    expect(await runList()).toMatchObject({ kind: 'completed' });
    await database.owner`update control.budget_month set used = 20`;
    expect(await runList()).toMatchObject({ kind: 'put_off' });
    await ingester.close();
    await test.close();
  });
});

describe('a directory of several lists', () => {
  const contracts = directoryConfigured('coinpaprika.contracts').feed.pages;
  const page = (path: string): UpstreamAnswer =>
    list({ address: `0x${path.length}`, type: 'ERC20', id: `coin-of-${path.slice(11)}`, active: true });
  async function runContracts(answer: (path: string) => UpstreamAnswer) {
    const upstream = await startUpstream((url) => answer(url.pathname));
    const ingester = createTestIngester(database);
    const config = directoryConfigured('coinpaprika.contracts', { COINPAPRIKA_BASE_URL: upstream.url });
    const outcome = await ingester.ingest(config, { reason: 'test' });
    await Promise.all([ingester.close(), upstream.close()]);
    return { outcome, requests: upstream.requests };
  }
  const absent: UpstreamAnswer = { status: 404, body: '{"error":"id not found"}' };

  it('asks for each once, and knows from the request which one it was', async () => {
    const { outcome, requests } = await runContracts(page);
    expect(outcome.kind).toBe('completed');
    expect(new Set(requests).size).toBe(contracts);
    await projectAll(database);
    const rows = await database.sql`
      select source_coin_id, part, contracts from read.listing where source_coin_id = 'coin-of-eth-ethereum'`;
    expect(rows).toEqual([
      {
        sourceCoinId: 'coin-of-eth-ethereum',
        part: 'eth-ethereum 0x23',
        contracts: [{ platform: 'eth-ethereum', address: '0x23' }],
      },
    ]);
    expect(await database.sql`select count(*)::int as rows from read.listing`).toEqual([{ rows: contracts }]);
  });

  it('passes over one that is not there, and goes on', async () => {
    const { outcome, requests } = await runContracts((path) =>
      path.endsWith('ftm-fantom') ? absent : page(path),
    );
    expect(outcome.kind).toBe('completed');
    expect(requests).toHaveLength(contracts);
    await projectAll(database);
    expect(await runs()).toMatchObject([{ recordsRead: contracts - 1, accepted: contracts - 1 }]);
  });

  it('has failed when none is there', async () => {
    const { outcome } = await runContracts(() => absent);
    expect(outcome).toMatchObject({ kind: 'failed', message: expect.stringContaining('404') });
  });
});

describe('a directory that asks about one coin after the other', () => {
  const coins = list(
    { id: 'second', symbol: 'S', name: 'S', rank: 2, is_active: true },
    { id: 'gone', symbol: 'G', name: 'G', rank: 0, is_active: false },
    { id: 'first', symbol: 'F', name: 'F', rank: 1, is_active: true },
    { id: 'third', symbol: 'T', name: 'T', rank: 3 },
  );
  async function startPaprika(mapping: (id: string) => UpstreamAnswer) {
    const upstream = await startUpstream((url) =>
      url.pathname === '/coins' ? coins : mapping(url.searchParams.get('coinpaprika') ?? ''),
    );
    const ingester = createTestIngester(database);
    const environment = { COINPAPRIKA_BASE_URL: upstream.url, COINPAPRIKA_API_KEY: 'key-of-a-plan' };
    const run = (stream: string) =>
      ingester.ingest(directoryConfigured(stream, environment), { reason: 'test' });
    return { upstream, run, close: () => Promise.all([ingester.close(), upstream.close()]) };
  }

  it('asks about those that matter most first, once another one has listed them', async () => {
    const test = await startPaprika((id) =>
      id === 'second' ? list() : list({ coinpaprika: id, coingecko: `${id}-gecko`, isin: 'X' }),
    );
    expect(await test.run('coinpaprika.mappings')).toMatchObject({
      kind: 'put_off',
      message: expect.stringContaining('coinlog ingest coinpaprika.coins'),
    });
    expect(test.upstream.requests).toEqual([]);
    await test.run('coinpaprika.coins');
    expect(await test.run('coinpaprika.mappings')).toMatchObject({ kind: 'completed' });
    expect(test.upstream.requests.slice(1)).toEqual(
      ['first', 'second', 'third'].map((id) => `/coins/mappings?coinpaprika=${id}`),
    );
    await projectAll(database);
    expect(
      await database.sql`
        select source_coin_id, mapped_ids from read.listing where stream = 'coinpaprika.mappings' order by 1`,
    ).toEqual([
      { sourceCoinId: 'first', mappedIds: [{ source: 'coingecko', sourceCoinId: 'first-gecko' }] },
      { sourceCoinId: 'third', mappedIds: [{ source: 'coingecko', sourceCoinId: 'third-gecko' }] },
    ]);
    await test.close();
  });

  it('is refused by a plan without it after one request, and leaves the other ones alone', async () => {
    const test = await startPaprika(() => refusal);
    await test.run('coinpaprika.coins');
    expect(await test.run('coinpaprika.mappings')).toMatchObject({ kind: 'failed' });
    expect(await test.run('coinpaprika.mappings')).toMatchObject({ kind: 'stopped' });
    expect(await test.run('coinpaprika.coins')).toMatchObject({ kind: 'completed' });
    expect(test.upstream.requests.filter((request) => request.includes('mappings'))).toHaveLength(1);
    await test.close();
  });

  it('goes on after a kill with the coin after the last one', async () => {
    const test = await startPaprika((id) =>
      id === 'third' ? { status: 500, body: 'x' } : list({ coinpaprika: id, coingecko: id }),
    );
    await test.run('coinpaprika.coins');
    await test.run('coinpaprika.mappings');
    // As if the process had been killed before the failed attempts and the end of the run.
    await database.owner.begin(async (tx) => {
      await tx`set local session_replication_role = replica`;
      const gone = await tx<{ version: number }[]>`
        delete from log.event where stream = 'coinpaprika.mappings' and version > 3 returning event_id, version`;
      await tx`delete from log.event_key where stream = 'coinpaprika.mappings' and version > 3`;
      await tx`
        update log.stream set head = 3, chain_hash = (
          select chain_hash from log.event where stream = 'coinpaprika.mappings' and version = 3)
        where stream = 'coinpaprika.mappings'`;
      expect(gone.length).toBeGreaterThan(0);
    });
    const before = test.upstream.requests.length;
    await test.run('coinpaprika.mappings');
    expect(new Set(test.upstream.requests.slice(before))).toEqual(
      new Set(['/coins/mappings?coinpaprika=third']),
    );
    await test.close();
  });

  it('is not asked without a key, whatever its plan', () => {
    expect(directoryConfigured('coinpaprika.mappings')).toMatchObject({
      enabled: false,
      unavailable: 'it needs a key of the Business plan',
    });
    expect(directoryConfigured('coinpaprika.mappings', { COINPAPRIKA_API_KEY: 'key' }).enabled).toBe(true);
  });
});
