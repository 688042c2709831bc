import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { expectRebuildEqualsLive } from '../support/project.ts';
import { coinIds, fillMarket } from './market.ts';
import { createTestApi, type TestApi } from './support.ts';

let database: TestDatabase;
let api: TestApi;
beforeAll(async () => {
  database = await createTestDatabase();
  await fillMarket(database);
  api = await createTestApi(database);
});
afterAll(async () => {
  await api.close();
  await expectRebuildEqualsLive(database);
  await database.close();
});

interface Item {
  id: string;
  value: string | number | null;
}
interface Answer {
  list: {
    edges: { cursor: string; node: Item }[];
    nodes: Item[];
    pageInfo: {
      hasNextPage: boolean;
      hasPreviousPage: boolean;
      startCursor: string | null;
      endCursor: string | null;
    };
    totalCount: number;
  };
}

/** Asks for one page of a list; `field` has everything before the page's own arguments. */
async function page(field: string, value: string, args: string): Promise<Answer['list']> {
  const query = `{ list: ${field}${args}) { edges { cursor node { id value: ${value} } } nodes { id }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } }`;
  const { data, errors } = await api.ask<Answer>(query);
  expect(errors).toEqual([]);
  return data.list;
}

async function walk(field: string, value: string, size: number, backwards: boolean): Promise<Item[]> {
  const items: Item[] = [];
  let from: string | null = null;
  for (;;) {
    const cursor: string = from === null ? '' : `, ${backwards ? 'before' : 'after'}: "${from}"`;
    const list = await page(field, value, `${backwards ? 'last' : 'first'}: ${size}${cursor}`);
    const found = list.edges.map(({ node }) => node);
    items[backwards ? 'unshift' : 'push'](...found);
    expect(list.nodes.map(({ id }) => id)).toEqual(found.map(({ id }) => id));
    const { hasNextPage, hasPreviousPage, startCursor, endCursor } = list.pageInfo;
    expect(backwards ? hasNextPage : hasPreviousPage).toBe(from !== null);
    if (!(backwards ? hasPreviousPage : hasNextPage)) return items;
    from = backwards ? startCursor : endCursor;
  }
}

const orders = [
  ['RANK', 'rank'],
  ['MARKET_CAP', 'market_cap'],
  ['PRICE', 'price'],
  ['VOLUME_24H', 'volume_24h'],
  ['PERCENT_CHANGE_24H', 'percent_change_24h'],
  ['SYMBOL', 'symbol'],
  ['NAME', 'name'],
] as const;
const ways = orders.flatMap(([order, column]) =>
  (['ASC', 'DESC'] as const).map((way) => [order, way, column] as const),
);

describe('coins', () => {
  it.each(ways)(
    'ordered by %s %s: every coin once, nulls last, ties by id, forwards and backwards alike',
    async (order, way, column) => {
      const field = `coins(orderBy: { field: ${order}, direction: ${way} }, `;
      const sorted = await database.sql.unsafe<{ coinId: string }[]>(
        `select coin_id from read.coin order by ${column} ${way} nulls last, coin_id`,
      );
      const ids = sorted.map(({ coinId }) => coinId);
      expect(ids.toSorted()).toEqual(coinIds.toSorted());
      const walked = async (size: number, backwards: boolean) =>
        (await walk(field, 'name', size, backwards)).map(({ id }) => id);
      expect(await walked(250, false)).toEqual(ids);
      expect(await walked(3, false)).toEqual(ids);
      expect(await walked(4, true)).toEqual(ids);
    },
  );

  it('are ordered by rank, the first one first, and 50 a page, unless told', async () => {
    const { data } = await api.ask('{ coins(filter: { maxRank: 2 }) { nodes { id } totalCount } }');
    const ids = ['coingecko.bitcoin', 'coinpaprika.bitcoin', 'coinpaprika.btc-bitcoin', 'coingecko.ether'];
    expect(data).toEqual({ coins: { nodes: ids.map((id) => ({ id })), totalCount: 4 } });
  });

  it('have a page of nothing where nothing is asked for, which says that more follows', async () => {
    const { nodes, pageInfo, totalCount } = await page('coins(', 'name', 'first: 0');
    expect({ nodes, totalCount }).toEqual({ nodes: [], totalCount: coinIds.length });
    expect(pageInfo).toEqual({
      hasNextPage: true,
      hasPreviousPage: false,
      startCursor: null,
      endCursor: null,
    });
  });

  it('between two cursors are those between them', async () => {
    const all = await page('coins(', 'name', 'first: 250');
    const [after, before] = [all.edges[2]?.cursor, all.edges[7]?.cursor];
    const list = await page('coins(', 'name', `first: 250, after: "${after}", before: "${before}"`);
    expect(list.edges).toEqual(all.edges.slice(3, 7));
  });
});

describe('the other lists', () => {
  it.each([
    ['snapshots', 'snapshots(', 'observedAt', 17],
    ['runs', 'runs(', 'startedAt', 5],
    ['events of a stream', 'events(stream: "coingecko.markets", ', 'version', 8],
    ['events of all streams', 'events(', 'recordedAt', 14],
  ] as const)('%s: every one once, forwards and backwards alike', async (_what, field, value, count) => {
    const whole = await walk(field, value, 250, false);
    expect(new Set(whole.map(({ id }) => id)).size).toBe(count);
    expect(whole).toHaveLength(count);
    const [newer, older] = field.includes('stream') ? [1, 0] : [0, 1];
    for (const [place, item] of whole.slice(1).entries()) {
      const pair = [String(whole[place]?.value), String(item.value)];
      expect(String(pair[newer]) >= String(pair[older])).toBe(true);
    }
    expect(await walk(field, value, 3, false)).toEqual(whole);
    expect(await walk(field, value, 2, true)).toEqual(whole);
  });

  it('an empty list has no cursors and no next page', async () => {
    const { pageInfo, totalCount } = await page('events(stream: "nothing", ', 'version', 'first: 3');
    expect({ ...pageInfo, totalCount }).toEqual({
      hasNextPage: false,
      hasPreviousPage: false,
      startCursor: null,
      endCursor: null,
      totalCount: 0,
    });
  });
});

describe('what cannot be met', () => {
  const codeOf = async (field: string) => {
    const { data, errors } = await api.ask(`{ ${field} { totalCount } }`);
    expect(data).toBeNull();
    return errors.map(({ extensions }) => extensions.code);
  };

  it.each([
    'coins(first: 251)',
    'coins(last: 251)',
    'coins(first: -1)',
    'runs(first: 1, last: 1)',
    'events(first: 251)',
    'coins(after: "junk")',
  ])('%s is BAD_USER_INPUT', async (field) => expect(await codeOf(field)).toEqual(['BAD_USER_INPUT']));

  it.each([
    'orderBy: { field: PRICE }',
    'orderBy: { field: RANK, direction: DESC }',
    'filter: { maxRank: 9 }',
  ])('a cursor of another order or filter (%s) is BAD_USER_INPUT', async (args) => {
    const { edges } = await page('coins(', 'name', 'first: 1');
    expect(await codeOf(`coins(${args}, after: "${edges[0]?.cursor}")`)).toEqual(['BAD_USER_INPUT']);
  });

  it('a cursor of another list is BAD_USER_INPUT', async () => {
    const { edges } = await page('runs(', 'status', 'first: 1');
    expect(await codeOf(`snapshots(after: "${edges[0]?.cursor}")`)).toEqual(['BAD_USER_INPUT']);
  });

  it('the most that is allowed is not refused', async () => {
    expect((await page('coins(', 'name', 'first: 250')).edges).toHaveLength(coinIds.length);
  });
});
