import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type Sql } from '../../src/database/client.ts';
import { placeOf } from '../../src/read/rest/data-place.ts';
import { choosePlan, readDataRows } from '../../src/read/rest/data-rows.ts';
import { readDataTotals } from '../../src/read/rest/data-totals.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendRun } from '../support/events.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { coingeckoRun, coinpaprikaRun, hoursAgo, marketCoin, tickerCoin } from './market-data.ts';
import { createRestApp } from './support.ts';

let database: TestDatabase;
let app: FastifyInstance;

// Names that a pattern would read otherwise, and one in another script.
const odd = [
  ['fifty%', '50%'],
  ['under_score', 'A_B'],
  ['underXscore', 'AXB'],
  ['back\\slash', 'B\\S'],
  ["o'neil", "O'N"],
  ['лев', 'ЛЕВ'],
] as const;

beforeAll(async () => {
  database = await createTestDatabase();
  const page = (index: number) => {
    const time = { last_updated: hoursAgo(10 - index).toISOString() };
    return JSON.stringify([
      ...odd.map(([id, symbol]) => marketCoin(id, symbol, id, time)),
      ...Array.from({ length: 20 }, (_, coin) =>
        marketCoin(`coin-${coin}`, `c${coin}`, `Coin ${coin}`, time),
      ),
    ]);
  };
  for (const index of [1, 2, 3])
    await appendRun(
      database.sql,
      coingeckoRun({ runId: `g1-${index}`, startedAt: hoursAgo(5), pages: [page(index)] }),
    );
  const euro = {
    ...coingeckoRun({
      runId: 'g2',
      startedAt: hoursAgo(4),
      pages: [
        JSON.stringify([marketCoin('euro-only', 'eur', 'Euro', { current_price: 9, total_volume: 3 })]),
      ],
    }),
    params: { vs_currency: 'eur' },
  };
  await appendRun(database.sql, euro);
  const tickers = JSON.stringify([tickerCoin('c0-coin', 'C0', 'Coin', { price: 1e-30, market_cap: 0 })]);
  await appendRun(database.sql, coinpaprikaRun({ runId: 'p1', startedAt: hoursAgo(3), pages: [tickers] }));
  await projectAll(database);
  app = createRestApp(database);
});
afterAll(async () => {
  await expectRebuildEqualsLive(database);
  await database.close();
});

interface Body {
  data: { id: string; coin_id: string; source: string; processed_at: string; price_usd: number | null }[];
  pagination: { total_records: number; total_pages: number; next_cursor: string | null };
}
const ask = async (query: Record<string, string>): Promise<Body> =>
  (await app.inject({ url: '/data', query })).json();
let total = 3 * 26 + 1 + 1;

/** The plan of the last statement on the history that a task asks, where tables were too large to be scanned. */
async function explain(task: (sql: Sql) => Promise<unknown>): Promise<string> {
  const sql = connect(database.app, { max: 1, name: 'test plans', role: 'coinlog_app', readOnly: true });
  try {
    let asked: { text: string; values: unknown[] } = { text: '', values: [] };
    sql.options.debug = (_connection, text, values) => {
      if (text.includes('read.snapshot')) asked = { text, values };
    };
    await task(sql);
    await sql`set enable_seqscan = off`;
    await sql`set enable_sort = off`;
    const { text, values } = asked;
    const rows = await sql.unsafe(`explain (costs off) ${text}`, values as never[], { prepare: false });
    return rows.map((row) => String(Object.values(row)[0])).join('\n');
  } finally {
    await sql.end();
  }
}

describe('/data', () => {
  it('gives every row once over all pages, newest recorded first, equals in the order of their ids', async () => {
    const rows: Body['data'] = [];
    const { pagination } = await ask({ limit: '7' });
    expect(pagination).toMatchObject({ total_records: total, total_pages: Math.ceil(total / 7) });
    for (let page = 1; page <= pagination.total_pages; page += 1)
      rows.push(...(await ask({ limit: '7', page: String(page) })).data);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(total);
    const keys = rows.map(({ processed_at, id }) => `${processed_at} ${id}`);
    expect(keys).toEqual([...keys].sort().reverse());
  });

  it.each(odd)('takes %s and %s as plain text, in any case', async (id, symbol) => {
    const byId = await ask({ coin_id: id.toUpperCase() });
    expect(byId.pagination.total_records).toBe(3);
    expect(new Set(byId.data.map((row) => row.coin_id))).toEqual(new Set([id]));
    expect((await ask({ symbol: symbol.toLowerCase() })).pagination.total_records).toBe(3);
  });

  it.each(["' or '1'='1", "'; drop schema read cascade; --", '%%', '\\', '$1', '\u0000', 'bit\u0000coin'])(
    'finds nothing for %j and harms nothing',
    async (text) => {
      for (const name of ['coin_id', 'symbol']) {
        const response = await app.inject({ url: '/data', query: { [name]: text } });
        expect(response.statusCode).toBe(200);
        const expected = text === '\\' ? 3 : 0;
        expect(response.json<Body>().pagination.total_records).toBe(expected);
      }
      expect((await ask({})).pagination.total_records).toBe(total);
    },
  );

  it('takes an empty filter as none, and of a repeated parameter the last', async () => {
    expect((await ask({ source: '', symbol: '', coin_id: '' })).pagination.total_records).toBe(total);
    const repeated = await app.inject('/data?source=csv&source=coinpaprika');
    expect(repeated.json<Body>().pagination.total_records).toBe(1);
  });

  it('shows no dollar where the quote is in another currency, and keeps the smallest price', async () => {
    expect((await ask({ coin_id: 'euro-only' })).data).toMatchObject([
      { price_usd: null, volume_24h_usd: null },
    ]);
    expect((await ask({ source: 'coinpaprika' })).data[0]?.price_usd).toBe(1e-30);
  });

  it('names the coin that a row is linked to', async () => {
    const links = await database.sql<
      { sourceCoinId: string; coinId: string }[]
    >`select source_coin_id, coin_id from read.identity_link`;
    const expected = new Map(links.map((link) => [link.sourceCoinId, link.coinId]));
    for (const row of (await ask({ limit: '1000' })).data as unknown as {
      coin_id: string;
      canonical_coin_id: string;
    }[])
      expect(row.canonical_coin_id).toBe(expected.get(row.coin_id));
  });

  it('past the end there is nothing, however far', async () => {
    const far = await ask({ page: '999999999999999', limit: '1000' });
    expect(far).toMatchObject({
      data: [],
      pagination: { total_records: total, has_prev: true, has_next: false },
    });
  });
});

describe('/data by cursors', () => {
  it.each([{}, { source: 'coingecko' }, { symbol: 'c' }, { coin_id: 'coin-1', source: 'coingecko' }])(
    'gives every row once, as its pages do: %j',
    async (filter: Record<string, string>) => {
      const whole = await ask({ ...filter, limit: '1000' });
      const rows: Body['data'] = [];
      let after = '';
      do {
        const { data, pagination } = await ask({ ...filter, limit: '4', ...(after === '' ? {} : { after }) });
        expect(pagination).toMatchObject({
          total_records: whole.data.length,
          has_next: pagination.next_cursor !== null,
          has_prev: after !== '',
        });
        rows.push(...data);
        after = pagination.next_cursor ?? '';
      } while (after !== '');
      expect(rows).toEqual(whole.data);
    },
  );

  it('refuses what is no cursor, and one of another filter', async () => {
    const { pagination } = await ask({ limit: '2' });
    for (const query of [{ after: 'x' }, { after: String(pagination.next_cursor), source: 'csv' }]) {
      const response = await app.inject({ url: '/data', query });
      expect(response.statusCode).toBe(400);
      expect(response.json()).toMatchObject({ detail: expect.stringContaining('after') });
    }
  });

  it('goes on where it was, while rows are recorded on top', async () => {
    const first = await ask({ limit: '3', symbol: 'c1' });
    const before = await ask({ limit: '1000', symbol: 'c1' });
    await appendRun(
      database.sql,
      coingeckoRun({
        runId: 'late',
        startedAt: hoursAgo(1),
        pages: [JSON.stringify([marketCoin('late', 'c1', 'Late')])],
      }),
    );
    await projectAll(database);
    const second = await ask({
      limit: '1000',
      symbol: 'c1',
      after: String(first.pagination.next_cursor),
    });
    expect([...first.data, ...second.data]).toEqual(before.data);
    total += 1;
  });
});

describe('the plans of a page', () => {
  it('a page without a coin is one walk down an index, behind a known row too, and reads nothing it does not show', async () => {
    const plans: string[] = [];
    const filter = { source: null, coinId: null, symbol: null };
    const first = { behind: null, offset: 0, limit: 5 };
    const rows = await readDataRows(database.sql, { filter, coins: null, slice: first, plan: 'walk' });
    for (const behind of [null, placeOf(rows.at(-1) ?? '')]) {
      const plan = await explain((sql) =>
        readDataRows(sql, { filter, coins: null, slice: { ...first, behind }, plan: 'walk' }),
      );
      expect(plan).toMatch(/Index Scan (?:Backward )?using snapshot_\w+_processed_at_id_idx/);
      expect(plan).not.toMatch(/Seq Scan on snapshot|->\s+(?:Incremental )?Sort/);
      plans.push(plan);
    }
    expect(plans[1]).toContain('Index Cond: (ROW(processed_at, id) < ROW(');
  });

  it.each([
    { source: null, coinId: 'coin-1', symbol: null },
    { source: 'coingecko', coinId: null, symbol: 'c' },
    { source: 'coingecko', coinId: null, symbol: null },
    { source: null, coinId: null, symbol: null },
  ])('walking and gathering give the same rows: %j', async (filter) => {
    const { matching, coins } = await readDataTotals(database.sql, filter);
    for (const offset of [0, 5, 30]) {
      const slice = { behind: null, offset, limit: 9 };
      const walked = await readDataRows(database.sql, { filter, coins, slice, plan: 'walk' });
      for (const known of [coins, null])
        expect(await readDataRows(database.sql, { filter, coins: known, slice, plan: 'gather' })).toEqual(
          walked,
        );
      const last = walked.at(-1);
      if (last === undefined) continue;
      // Behind the last row of one page begins the next.
      const behind = { behind: placeOf(last), offset: 0, limit: 9 };
      const next = await readDataRows(database.sql, { filter, coins, slice: behind, plan: 'walk' });
      const byNumber = { behind: null, offset: offset + 9, limit: 9 };
      expect(await readDataRows(database.sql, { filter, coins, slice: byNumber, plan: 'gather' })).toEqual(
        next,
      );
    }
    const slice = { behind: null, offset: 0, limit: 1000 };
    const all = await readDataRows(database.sql, { filter, coins, slice, plan: 'walk' });
    expect(all).toHaveLength(matching);
  });

  it('a few rows are gathered, many are walked to, and of rare ones far down the fewer are read', () => {
    const whole = 1_000_000;
    const first = { offset: 0, limit: 100 };
    expect(choosePlan({ matching: 40, whole }, first)).toBe('gather');
    expect(choosePlan({ matching: 500_000, whole }, first)).toBe('walk');
    expect(choosePlan({ matching: whole, whole }, first)).toBe('walk');
    expect(choosePlan({ matching: 20_000, whole }, { offset: 19_900, limit: 100 })).toBe('gather');
  });
});
