import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyReadModel } from '../../src/projector/verify-read-model.ts';
import { readSourceCoins } from '../../src/read/source-coins.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendRun } from '../support/events.ts';
import { createTestIngester, sourceConfigured } from '../support/ingest.ts';
import { expectRebuildEqualsLive, projectAll, testFolds } from '../support/project.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await expectRebuildEqualsLive(database);
  await database.close();
});

let runs = 0;
const appendList = (stream: string, ...pages: object[][]): Promise<void> =>
  appendRun(database.sql, {
    stream,
    runId: `run_${(runs += 1)}`,
    startedAt: new Date('2026-11-20T12:00:00Z'),
    params: {},
    pages: pages.map((page) => JSON.stringify(page)),
  });
const gecko = (id: string, name: string, platforms: object = {}) => ({ id, symbol: id, name, platforms });
const paprika = (id: string, name: string, is_active = true) => ({ id, symbol: id, name, is_active });

interface Row {
  stream: string;
  coin: string;
  name: string;
  version: number;
  index: number;
}
const rows = () => database.sql<Row[]>`
  select stream, source_coin_id as coin, name, version, record_index as index from read.listing order by 1, 2`;

/** Of each stream and coin: what was said last, by the first record that said it since something else was said. */
function expected(said: readonly Row[]): Row[] {
  const standing = new Map<string, Row>();
  for (const row of said.toSorted((a, b) => a.version - b.version || a.index - b.index)) {
    const key = `${row.stream} ${row.coin}`;
    if (standing.get(key)?.name !== row.name) standing.set(key, row);
  }
  return [...standing.values()].sort((a, b) => (`${a.stream} ${a.coin}` < `${b.stream} ${b.coin}` ? -1 : 1));
}

describe('the listings', () => {
  it('come out the same however the lists are mixed, repeated and cut into batches', async () => {
    const page = fc.record({
      stream: fc.constantFrom('coingecko.list', 'coinpaprika.coins'),
      coins: fc.array(
        fc.record({ coin: fc.constantFrom('a', 'b', 'c'), name: fc.constantFrom('One', 'Two') }),
        { minLength: 1, maxLength: 4 },
      ),
    });
    const said: Row[] = [];
    const heads = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(fc.array(page, { minLength: 1, maxLength: 5 }), async (pages) => {
        for (const { stream, coins } of pages) {
          const make = stream === 'coingecko.list' ? gecko : paprika;
          await appendList(
            stream,
            coins.map(({ coin, name }) => make(coin, name)),
          );
          const version = (heads.get(stream) ?? 0) + 2;
          heads.set(stream, version + 1);
          said.push(...coins.map((one, index) => ({ stream, ...one, version, index })));
        }
        await projectAll(database);
        expect([...(await rows())]).toEqual(expected(said));
        const [totals] = await database.sql`
          select sum(records_read)::int as read, sum(accepted + revised + duplicates)::int as told,
            sum(accepted)::int as accepted
          from read.run`;
        expect(totals).toEqual({ read: said.length, told: said.length, accepted: expected(said).length });
        // One event at a time, in another schema, compared row by row: the counts of the runs too.
        const { differences } = await verifyReadModel({
          ...testFolds,
          limits: { records: 1, events: 1, payloadBytes: 1 },
          sql: database.sql,
          holder: 'small',
        });
        expect(differences).toEqual({ count: 0, first: [] });
      }),
      { numRuns: 8 },
    );
  });
});

const quoted = async (...ids: string[]): Promise<void> => {
  const [a, b] = [ids.filter((id) => !id.includes('-')), ids.filter((id) => id.includes('-'))];
  const observed = { last_updated: '2026-11-20T10:00:00Z' };
  if (a.length > 0)
    await appendRun(database.sql, {
      stream: 'coingecko.markets',
      runId: `run_${(runs += 1)}`,
      startedAt: new Date('2026-11-20T10:00:00Z'),
      params: { vs_currency: 'usd' },
      pages: [JSON.stringify(a.map((id) => ({ id, symbol: id, name: id, current_price: 1, ...observed })))],
    });
  if (b.length > 0)
    await appendRun(database.sql, {
      stream: 'coinpaprika.tickers',
      runId: `run_${(runs += 1)}`,
      startedAt: new Date('2026-11-20T10:00:00Z'),
      params: { quotes: 'USD' },
      pages: [
        JSON.stringify(
          b.map((id) => ({ id, symbol: id, name: id, ...observed, quotes: { USD: { price: 1 } } })),
        ),
      ],
    });
};

/** Contracts of a platform, as its page says them: the request alone names the platform. */
const appendContracts = async (platform: string, entries: object[]): Promise<void> => {
  const { append } = await import('../../src/log/append.ts');
  const request = { url: 'https://example.test', path: `/contracts/${platform}`, params: {}, plan: 'free' };
  await append(database.sql, 'coinpaprika.contracts', [
    {
      id: crypto.randomUUID(),
      type: 'page.fetched',
      schemaVersion: 1,
      runId: `run_${(runs += 1)}`,
      receivedAt: new Date('2026-11-20T12:00:00Z'),
      metadata: { request, status: 200, attempt: 1, page: 1, headers: {} },
      payload: Buffer.from(JSON.stringify(entries)),
    },
  ]);
};

const contractsOf = async () => {
  const coins = await readSourceCoins(database.readSql);
  return Object.fromEntries(
    coins.map(({ sourceCoinId, contracts }) => [
      sourceCoinId,
      contracts.map(({ platform, address }) => `${platform} ${address}`),
    ]),
  );
};

describe('what is known of a source coin', () => {
  it('has the ids that a file declares of it, the newest ones, counted with its quotes alone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'coinlog-test-'));
    const ingester = createTestIngester(database);
    const files = [
      'symbol,coingecko_id,price,date\nBTC,bitcoin-cash,1,2026-01-01\nBTC,bitcoin,2,2026-01-02\nXYZ,,3,2026-01-02\n',
      'symbol,coingecko_id,price,date\nBTC,bitcoin,4,2026-01-03\n',
    ];
    for (const [index, text] of files.entries()) {
      const path = join(folder, `${index}.csv`);
      await writeFile(path, text);
      const outcome = await ingester.ingest(sourceConfigured('csv'), { reason: 'test', path });
      expect(outcome.kind).toBe('completed');
    }
    await rm(folder, { recursive: true });
    await ingester.close();
    await projectAll(database);
    const coins = await readSourceCoins(database.readSql);
    expect(coins.map(({ sourceCoinId, declaredIds }) => [sourceCoinId, declaredIds])).toEqual([
      ['BTC', [{ source: 'coingecko', sourceCoinId: 'bitcoin' }]],
      ['XYZ', undefined],
    ]);
    expect(await database.sql`select records_read, accepted from read.run order by started_at`).toEqual([
      { recordsRead: 3, accepted: 3 },
      { recordsRead: 1, accepted: 1 },
    ]);
    // Said first by the second row of the first file, and again by the second file.
    expect(await database.sql`select record_index from read.listing`).toEqual([{ recordIndex: 1 }]);
  });

  it('has the contracts that its source lists, of whatever platforms, and whether it is followed', async () => {
    await quoted('usd', 'usd-us-dollar', 'gone-coin');
    await appendList('coingecko.list', [gecko('usd', 'USD', { tron: 'TAbc', ethereum: '0xAA', '': '' })]);
    await appendList('coinpaprika.coins', [
      paprika('usd-us-dollar', 'USD'),
      paprika('gone-coin', 'G', false),
    ]);
    await appendContracts('eth-ethereum', [{ address: '0xaa', id: 'usd-us-dollar', active: true }]);
    await appendContracts('trx-tron', [{ address: 'TAbc', id: 'usd-us-dollar' }]);
    await projectAll(database);
    const coins = await readSourceCoins(database.readSql);
    expect(coins).toMatchObject([
      {
        sourceCoinId: 'usd',
        contracts: [
          { platform: 'ethereum', address: '0xAA' },
          { platform: 'tron', address: 'TAbc' },
        ],
      },
      { sourceCoinId: 'gone-coin', isActive: false, contracts: [] },
      {
        sourceCoinId: 'usd-us-dollar',
        isActive: true,
        contracts: [
          { platform: 'eth-ethereum', address: '0xaa' },
          { platform: 'trx-tron', address: 'TAbc' },
        ],
      },
    ]);
    expect(coins[0]).not.toHaveProperty('isActive');
  });

  it('is without an older contract beside one that is followed, and has it where there is no other', async () => {
    await quoted('a-a', 'b-b');
    await appendContracts('eth-ethereum', [
      { address: '0x1', id: 'a-a', active: false },
      { address: '0x2', id: 'a-a', active: true },
      { address: '0x3', id: 'b-b', active: false },
    ]);
    await projectAll(database);
    expect(await contractsOf()).toEqual({ 'a-a': ['eth-ethereum 0x2'], 'b-b': ['eth-ethereum 0x3'] });
  });

  it('has a contract that two ids had, where it is followed, else where it was told last', async () => {
    await quoted('old-a', 'new-a', 'old-b', 'new-b');
    await appendContracts('eth-ethereum', [
      { address: '0xa', id: 'new-a', active: true },
      { address: '0xA', id: 'old-a', active: false },
      { address: '0xb', id: 'old-b', active: true },
    ]);
    await appendContracts('eth-ethereum', [{ address: '0xb', id: 'new-b', active: true }]);
    await projectAll(database);
    expect(await contractsOf()).toEqual({
      'new-a': ['eth-ethereum 0xa'],
      'new-b': ['eth-ethereum 0xb'],
      'old-a': [],
      'old-b': [],
    });
  });

  it('is the newest word of its source: a contract that was taken out of the list is none any more', async () => {
    await quoted('a');
    await appendList('coingecko.list', [gecko('a', 'A', { ethereum: '0x1', base: '0x2' })]);
    await appendList('coingecko.list', [gecko('a', 'A', { base: '0x2' })]);
    await projectAll(database);
    expect(await contractsOf()).toEqual({ a: ['base 0x2'] });
  });

  it('is read without comparing each of 30,000 coins with every other one', async () => {
    await projectAll(database);
    await database.owner.unsafe(`
      insert into read.source_coin (source, source_coin_id, symbol, name, snapshots, observed_at, stream, version, record_index)
      select case when n % 3 = 0 then 'coinpaprika' else 'coingecko' end, 'coin-' || n, 's' || n, 'Coin ' || n, 1, now(), 's', 1, n
      from generate_series(1, 30000) n;
      insert into read.listing (source, source_coin_id, stream, part, symbol, name, is_active, contracts, mapped_ids,
        declared_ids, content_digest, processed_at, version, record_index)
      select case when n % 3 = 0 then 'coinpaprika' else 'coingecko' end, 'coin-' || n,
        case when n % 3 = 0 then 'coinpaprika.coins' else 'coingecko.list' end, '', 's' || n, 'Coin ' || n, n % 3 <> 0 or null,
        case when n % 3 = 0 then '[]' else jsonb_build_array(jsonb_build_object('platform', 'ethereum', 'address', '0x' || n),
          jsonb_build_object('platform', 'base', 'address', '0xb' || n)) end,
        '[]', '[]', md5(n::text)::uuid, now(), 1, n
      from generate_series(1, 30000) n;
      insert into read.listing (source, source_coin_id, stream, part, is_active, contracts, mapped_ids, declared_ids,
        content_digest, processed_at, version, record_index)
      select 'coinpaprika', 'coin-' || 3 * n, 'coinpaprika.contracts', 'eth-ethereum 0x' || 3 * n, true,
        jsonb_build_array(jsonb_build_object('platform', 'eth-ethereum', 'address', '0x' || 3 * n)), '[]', '[]',
        md5(n::text)::uuid, now(), 1, n
      from generate_series(1, 10000) n`);
    const began = performance.now();
    const coins = await readSourceCoins(database.readSql);
    const tookMs = performance.now() - began;
    process.stdout.write(`30,000 source coins with contracts: ${tookMs.toFixed(0)} ms\n`);
    expect(coins).toHaveLength(30_000);
    expect(coins.every(({ contracts }) => contracts.length > 0)).toBe(true);
    // Some 300 ms of work, on a machine that may be busy; a plan of nested loops takes minutes.
    expect(tookMs).toBeLessThan(15_000);
    await database.owner.unsafe('truncate read.source_coin, read.listing');
  });
});
