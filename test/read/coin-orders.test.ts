import { afterAll, beforeAll, expect, it } from 'vitest';
import { coinList, type CoinOrderName } from '../../src/read/graphql/coins.ts';
import { readPage, type Page, type Readers } from '../../src/read/graphql/page.ts';
import type { CoinRow } from '../../src/read/graphql/coins.ts';
import { connect, type Sql } from '../../src/database/client.ts';
import { rowsLookedAt, type Asked } from '../support/rows-looked-at.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { projectAll } from '../support/project.ts';

const reader = { max: 1, name: 'test orders', role: 'coinlog_app', readOnly: true } as const;
const coins = 4_000;
const perPage = 250;
let database: TestDatabase;
let sql: Sql;
let asked: Asked | null = null;

beforeAll(async () => {
  database = await createTestDatabase();
  await projectAll(database);
  // A third without a value, and many that share one.
  await database.owner`
    insert into read.coin (coin_id, symbol, name, rank, market_cap, price, volume_24h, percent_change_24h, linked_sources,
      method, quotes_used, quotes_total, changed_version)
    select 'c' || n, case when n % 3 > 0 then 's' || n % 500 end, 'n' || n % 1500, v, v, v, v, v, 1, 'only', 1, 1, 1
    from generate_series(1, ${coins}) n cross join lateral (select case when n % 3 > 0 then n % 1000 end as v) value`;
  await database.owner`analyze read.coin`;
  sql = connect(database.app, { ...reader, planOnce: true });
  sql.options.debug = (_connection, query, parameters) => {
    if (query.startsWith('select') && query.includes('read.coin')) asked = { query, parameters };
  };
});
afterAll(async () => {
  await sql.end();
  await database.close();
});

const readers: Readers = { read: (query) => query(sql), readShort: (query) => query(sql) };

const orders: CoinOrderName[] = [
  'RANK',
  'MARKET_CAP',
  'PRICE',
  'VOLUME_24H',
  'PERCENT_CHANGE_24H',
  'SYMBOL',
  'NAME',
];
const directions = ['asc', 'desc'] as const;

/** Pages through a list until it ends, in either direction, and tells the most rows that one page looked at. */
async function walk(list: ReturnType<typeof coinList>, backwards: boolean, limit: number) {
  const found: string[] = [];
  let [cursor, mostLookedAt]: [string | null, number] = [null, 0];
  for (;;) {
    const given = backwards ? { last: limit, before: cursor } : { first: limit, after: cursor };
    const page: Page<CoinRow> = await readPage(readers, list, given);
    const ids = page.rows.map(({ coinId }) => coinId);
    if (backwards) found.unshift(...ids);
    else found.push(...ids);
    mostLookedAt = Math.max(mostLookedAt, await rowsLookedAt(sql, asked));
    const edge = backwards ? page.rows[0] : page.rows.at(-1);
    if (edge === undefined || !(backwards ? page.hasPreviousPage : page.hasNextPage))
      return { found, mostLookedAt };
    cursor = page.cursorOf(edge);
  }
}

it.each(orders.flatMap((order) => directions.map((direction) => [order, direction] as const)))(
  'coins by %s %s are read from an index either way, each once, those without a value last',
  async (order, direction) => {
    const list = coinList({}, order, direction, []);
    const forwards = await walk(list, false, perPage);
    const backwards = await walk(list, true, perPage);
    expect(new Set(forwards.found).size).toBe(coins);
    expect(backwards.found).toEqual(forwards.found);
    // A page of those with a value, one of those without, and some that share one: a sort would have looked at all.
    expect(Math.max(forwards.mostLookedAt, backwards.mostLookedAt)).toBeLessThan(3 * perPage);
  },
);

it.each(orders)('coins by %s between two cursors are read from an index either way', async (order) => {
  const list = coinList({}, order, 'asc', []);
  const first = await readPage(readers, list, { first: perPage });
  const [start, end] = [first.rows[9], first.rows[19]];
  if (!start || !end) throw new Error('there is no such row');
  const range = { after: first.cursorOf(start), before: first.cursorOf(end) };
  for (const size of [{ first: perPage }, { last: perPage }]) {
    const page = await readPage(readers, list, { ...size, ...range });
    expect(page.rows.map(({ coinId }) => coinId)).toEqual(
      first.rows.slice(10, 19).map(({ coinId }) => coinId),
    );
    // Not those without a value, a third of all, which nothing can be compared with.
    expect(await rowsLookedAt(sql, asked)).toBeLessThan(perPage);
  }
});
