import { getNamedType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCoinlogSchema } from '../../src/api/graphql/schema.ts';
import { everythingOf } from './everything.ts';
import { connect, type Sql } from '../../src/database/client.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendRun } from '../support/events.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { marketCoin, startedAt } from './market.ts';
import { createTestApi, isOfAnswer, nothingKept, type TestApi } from './support.ts';

let database: TestDatabase;
let api: TestApi;
let readSql: Sql;
const statements: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  const coins = Array.from({ length: 100 }, (_, place) =>
    marketCoin(`coin-${place}`, { market_cap_rank: place + 1 }),
  );
  // Ten pages, so that the quotes of a page of coins come from several events.
  const pages = Array.from({ length: 10 }, (_, page) =>
    JSON.stringify(coins.slice(page * 10, page * 10 + 10)),
  );
  const market = { stream: 'coingecko.markets', params: { vs_currency: 'usd' }, startedAt };
  await appendRun(database.sql, { ...market, runId: 'r1', pages });
  await projectAll(database);
  // One connection, so that what the driver asks a new one for itself is asked once.
  readSql = connect(database.app, { max: 1, name: 'test read', role: 'coinlog_app', readOnly: true });
  readSql.options.debug = (_connection, query) => void statements.push(query);
  api = await createTestApi({ readSql }, { cache: nothingKept(readSql) });
});
afterAll(async () => {
  await api.close();
  await readSql.end();
  await expectRebuildEqualsLive(database);
  await database.close();
});

/** The statements that a query takes, but for those that the driver makes for itself. */
async function statementsOf(query: string): Promise<string[]> {
  // Once before: the first query also asks for the types there are.
  await api.ask(query);
  statements.length = 0;
  const { errors } = await api.ask(query);
  expect(errors).toEqual([]);
  return statements.filter(isOfAnswer);
}

it('a page of plain coins is one statement in its snapshot', async () => {
  const found = await statementsOf(
    '{ coins(first: 50) { nodes { id symbol priceUsd exact { priceUsd } } pageInfo { endCursor } } }',
  );
  expect(found).toHaveLength(1);
});

it('50 coins with quotes, sources, events and runs are a statement for each kind of thing, whatever the number', async () => {
  const asked = (
    first: number,
  ) => `{ coins(first: ${first}) { totalCount nodes { id aliases staleAfter quotes { price
    sourceInfo { name lastRun { id } } event { id run { id } } } } } }`;
  const found = await statementsOf(asked(50));
  // Coins, their count, older ids, links, quotes, source states (which look for the table first), events, runs.
  expect(found.length).toBeLessThanOrEqual(9);
  expect(await statementsOf(asked(5))).toHaveLength(found.length);
});

it('raw records take a statement for each event that they are in, not for each record', async () => {
  const found = await statementsOf('{ coins(first: 50) { nodes { quotes { rawRecord } } } }');
  expect(found).toHaveLength(7);
});

it('candles and sparklines of 50 coins are a statement for each span, whatever the number', async () => {
  const asked = (first: number) =>
    `{ coins(first: ${first}) { nodes { history(interval: H1) { closeUsd } sparkline } } }`;
  const found = await statementsOf(asked(50));
  // Coins, candles, sparklines.
  expect(found).toHaveLength(3);
  expect(await statementsOf(asked(5))).toHaveLength(found.length);
});

it('what is not selected is not read: no count and no quotes', async () => {
  const found = await statementsOf('{ coins(first: 50) { nodes { id } } }');
  expect(found.filter((statement) => /count\(|read\.quote/.test(statement))).toEqual([]);
});

describe('everything of a list that can be selected takes as many statements for many items as for a few', () => {
  const schema = buildCoinlogSchema();
  // A raw record takes a statement for each event; the same event has many.
  const isWanted = ({ name }: { name: string }) => name !== 'rawRecord' && name !== 'edges';
  const lists = Object.values(schema.getQueryType()?.getFields() ?? {}).filter(({ args }) =>
    args.some(({ name }) => name === 'first'),
  );

  it.each(lists.map((list) => [list.name, list] as const))('%s', async (name, list) => {
    const type = getNamedType(list.type);
    if (!isObjectType(type)) throw new Error(`${name} is no connection`);
    const asked = (first: number) => `{ ${name}(first: ${first}) { ${everythingOf(type, 4, isWanted)} } }`;
    const few = await statementsOf(asked(4));
    expect(await statementsOf(asked(20))).toHaveLength(few.length);
  });
});
