import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type Sql } from '../../src/database/client.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { createControlled, plainPage, type Controlled } from './controlled.ts';
import { csvText, appendFile } from './market.ts';
import { createTestApi, isOfAnswer, nothingKept, type TestApi } from './support.ts';

let database: TestDatabase;
let controlled: Controlled;
let api: TestApi;
let readSql: Sql;
const statements: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  controlled = await createControlled(database, { DRIFT_MODE_COINGECKO: 'discard-record' });
  await controlled.run(plainPage(3));
  // One event with many records and changes, a second one with a few: ties and a step in every order.
  await controlled.run(plainPage(60, (index) => ({ [`extra_${index % 7}`]: index })));
  await controlled.run(plainPage(6, (index) => ({ [`late_${index % 3}`]: 'x' })));
  await appendFile(database.sql, 'file', csvText);
  await projectAll(database);
  await decideSome();
  readSql = connect(database.app, { max: 1, name: 'test read', role: 'coinlog_app', readOnly: true });
  readSql.options.debug = (_connection, query) => void statements.push(query);
  api = await createTestApi({ readSql }, { cache: nothingKept(readSql) });
});
afterAll(async () => {
  await api.close();
  await readSql.end();
  await controlled.close();
  await expectRebuildEqualsLive(database);
  await database.close();
});

/** Two records discarded, ten replayed, one drift acknowledged. */
async function decideSome(): Promise<void> {
  controlled.projector.follow();
  const { data } = await controlled.api.ask<{
    drifts: { nodes: { id: string; path: string }[] };
    rejectedRecords: { nodes: { id: string }[] };
  }>('{ drifts { nodes { id path } } rejectedRecords(filter: { source: "coingecko" }) { nodes { id } } }');
  const [first, second, ...others] = data.rejectedRecords.nodes.map(({ id }) => id);
  await controlled.mutate(
    'mutation ($ids: [ID!]!) { discardRejected(input: { ids: $ids, reason: "a test" }) { discarded } }',
    {
      ids: [first, second],
    },
  );
  await controlled.mutate('mutation ($ids: [ID!]) { replayRejected(input: { ids: $ids }) { replayed } }', {
    ids: others.slice(5, 15),
  });
  const id = data.drifts.nodes.find(({ path }) => path === 'extra_0')?.id;
  await controlled.mutate('mutation ($id: ID!) { acknowledgeDrift(input: { id: $id }) { drift { id } } }', {
    id,
  });
}

interface List {
  edges: { cursor: string; node: { id: string } }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string };
  totalCount: number;
}

async function page(field: string, args: string): Promise<List> {
  const { data, errors } = await api.ask<{
    list: List;
  }>(`{ list: ${field}(${args}) { edges { cursor node { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } }`);
  expect(errors).toEqual([]);
  return data.list;
}

/** The ids of a whole list, in its order. */
async function walk(field: string, filter: string, size: number, backwards = false): Promise<string[]> {
  const ids: string[] = [];
  for (let from = ''; ;) {
    const list = await page(field, `${filter} ${backwards ? 'last' : 'first'}: ${size} ${from}`);
    const found = list.edges.map(({ node }) => node.id);
    ids[backwards ? 'unshift' : 'push'](...found);
    expect(list.pageInfo[backwards ? 'hasNextPage' : 'hasPreviousPage']).toBe(from !== '');
    if (!list.pageInfo[backwards ? 'hasPreviousPage' : 'hasNextPage']) {
      expect(list.totalCount).toBe(ids.length);
      return ids;
    }
    from = backwards ? `before: "${list.pageInfo.startCursor}"` : `after: "${list.pageInfo.endCursor}"`;
  }
}

const statuses = async (filter: string): Promise<string[]> => {
  const { data } = await api.ask<{ list: { nodes: { status: string }[] } }>(
    `{ list: rejectedRecords(first: 250, filter: { ${filter} }) { nodes { status } } }`,
  );
  return data.list.nodes.map(({ status }) => status);
};

describe('paging', () => {
  it.each([
    ['drifts', '', 10],
    ['drifts', 'filter: { open: true }', 9],
    ['drifts', 'filter: { open: false, source: "coingecko" }', 1],
    ['drifts', 'filter: { source: "coinpaprika" }', 0],
    ['rejectedRecords', '', 67],
    ['rejectedRecords', 'filter: { status: OPEN }', 55],
    ['rejectedRecords', 'filter: { status: DISCARDED }', 2],
    ['rejectedRecords', 'filter: { status: REPLAYED, source: "coingecko" }', 10],
    ['rejectedRecords', 'filter: { source: "csv" }', 1],
    ['rejectedRecords', 'filter: { runId: "run:file" }', 1],
    ['rejectedRecords', 'filter: { runId: "nothing" }', 0],
  ])('%s %s: every one once, forwards and backwards alike', async (field, filter, count) => {
    const whole = await walk(field, filter, 250);
    expect(whole).toHaveLength(count);
    expect(new Set(whole).size).toBe(count);
    expect(await walk(field, filter, 4)).toEqual(whole);
    expect(await walk(field, filter, 3, true)).toEqual(whole);
  });

  it('drifts come newest first', async () => {
    const { data } = await api.ask<{ drifts: { nodes: { reportedAt: string }[] } }>(
      '{ drifts { nodes { reportedAt } } }',
    );
    const times = data.drifts.nodes.map(({ reportedAt }) => reportedAt);
    expect(new Set(times).size).toBe(2);
    expect(times).toEqual(times.toSorted().reverse());
  });

  it('rejected records come newest event first, within it in the order of its records', async () => {
    const rows = await database.sql<{ id: string }[]>`
      select 'rejected:' || stream || ':' || version || ':' || record_index as id from (
        select stream, version, record_index, recorded_at from read.rejected_record union all
        select stream, version, record_index, recorded_at from read.rejected_decision where status = 'REPLAYED') as r
      order by recorded_at desc, stream, version desc, record_index`;
    expect(await walk('rejectedRecords', '', 250)).toEqual(rows.map(({ id }) => id));
  });

  it.each([
    ['drifts', 'filter: { open: true }', 'filter: { open: false }'],
    ['rejectedRecords', 'filter: { status: OPEN }', ''],
    ['rejectedRecords', '', 'filter: { runId: "file" }'],
  ])('a cursor of another filter of %s is BAD_USER_INPUT', async (field, filter, other) => {
    const { edges } = await page(field, `${filter} first: 1`);
    const { errors } = await api.ask(`{ ${field}(${other} after: "${edges[0]?.cursor}") { totalCount } }`);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it.each(['drifts', 'rejectedRecords'])('%s of an unknown source is BAD_USER_INPUT', async (field) => {
    const { errors } = await api.ask(`{ ${field}(filter: { source: "nothing" }) { totalCount } }`);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it.each(['OPEN', 'DISCARDED', 'REPLAYED'])(
    'a record that is %s is in the list of its status only',
    async (status) => {
      expect(new Set(await statuses(`status: ${status}`))).toEqual(new Set([status]));
    },
  );
});

const driftFields = `__typename id source feed path kind before after count sample params scorePercent reportedAt
  acknowledgedAt acknowledgeReason firstEvent { id type } lastEvent { id }`;
const recordFields = `__typename id source recordIndex line issues { path code message expected received } rawRecord
  status discardReason recordedAt event { id sha256 } run { id }`;

describe('what is told', () => {
  it('of a drift: what, where, how often, and the events that have it', async () => {
    const { data } = await api.ask<{ drifts: { nodes: { path: string }[] } }>(
      `{ drifts { nodes { ${driftFields} } } }`,
    );
    expect(data.drifts.nodes.find(({ path }) => path === 'extra_3')).toMatchObject({
      source: 'coingecko',
      feed: 'coingecko.markets',
      kind: 'FIELD_ADDED',
      before: null,
      after: 'number',
      count: 9,
      sample: 3,
      params: { vs_currency: 'usd' },
      scorePercent: null,
      acknowledgedAt: null,
      acknowledgeReason: null,
      firstEvent: { id: 'event:coingecko.markets:5', type: 'page.fetched' },
      lastEvent: { id: 'event:coingecko.markets:5' },
    });
  });

  it('of a rejected record: everything that is wrong, the record as it was received, its event and its run', async () => {
    const { data } = await api.ask(
      `{ rejectedRecords(first: 1, filter: { source: "csv" }) { nodes { ${recordFields} } } }`,
    );
    expect(data).toMatchObject({
      rejectedRecords: {
        nodes: [
          {
            source: 'csv',
            recordIndex: 1,
            line: 3,
            issues: [
              { path: 'price', expected: expect.any(String), received: expect.stringContaining('abc') },
            ],
            rawRecord: { id: 'broken', price: 'abc' },
            status: 'OPEN',
            discardReason: null,
            event: { id: 'event:csv.files:2' },
            run: { id: 'run:file' },
          },
        ],
      },
    });
  });

  it('of a discarded one why, and of a replayed one what had been wrong with it', async () => {
    const of = (status: string) =>
      `rejectedRecords(first: 1, filter: { status: ${status} }) { nodes { ${recordFields} } }`;
    const { data } = await api.ask(`{ discarded: ${of('DISCARDED')} replayed: ${of('REPLAYED')} }`);
    expect(data).toMatchObject({
      discarded: { nodes: [{ discardReason: 'a test' }] },
      replayed: {
        nodes: [{ issues: [{ code: 'schema_drift' }], discardReason: null, run: { id: expect.any(String) } }],
      },
    });
  });

  it('is found again by node and nodes, with the same values', async () => {
    const lists = `{ drifts(first: 250) { nodes { ${driftFields} } }
      rejectedRecords(first: 250) { nodes { ${recordFields} } } }`;
    const { data } = await api.ask<Record<string, { nodes: { id: string }[] }>>(lists);
    const listed = Object.values(data).flatMap(({ nodes }) => nodes);
    const ids = listed.map(({ id }) => id);
    const again = `query ($ids: [ID!]!) { nodes(ids: $ids) {
      ... on SchemaDrift { ${driftFields} } ... on RejectedRecord { ${recordFields} } } }`;
    expect((await api.ask(again, { ids })).data).toEqual({ nodes: listed });
    const { data: none } = await api.ask(`{
      a: node(id: "drift:00000000-0000-5000-8000-000000000000") { id }
      b: node(id: "rejected:coingecko.markets:5:999") { id } }`);
    expect(none).toEqual({ a: null, b: null });
  });
});

/** How many statements a query takes, but for those that the driver makes for itself. */
async function statementsOf(query: string, variables: object = {}): Promise<number> {
  await api.ask(query, variables);
  statements.length = 0;
  const { errors } = await api.ask(query, variables);
  expect(errors).toEqual([]);
  return statements.filter(isOfAnswer).length;
}

describe('statements', () => {
  it.each([
    ['drifts', (first: number) => `{ drifts(first: ${first}) { totalCount nodes { ${driftFields} } } }`],
    // Of one event: raw records take a statement for each.
    [
      'rejected records',
      (first: number) =>
        `{ rejectedRecords(first: ${first}, filter: { status: OPEN, source: "coingecko" }) { totalCount nodes { ${recordFields} } } }`,
    ],
  ])('are as many for many %s as for a few', async (_what, query) => {
    expect(await statementsOf(query(10))).toBe(await statementsOf(query(5)));
  });

  it('for a page of rejected records are two: their places and themselves', async () => {
    expect(await statementsOf('{ rejectedRecords(first: 50) { nodes { id issues { path } } } }')).toBe(2);
    expect(await statementsOf('{ drifts { nodes { id kind } } }')).toBe(1);
  });

  it('for nodes are one for each kind', async () => {
    const ids = await walk('rejectedRecords', '', 250);
    const query = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';
    expect(await statementsOf(query, { ids })).toBe(await statementsOf(query, { ids: ids.slice(0, 1) }));
  });
});
