import { afterAll, beforeAll, expect, it } from 'vitest';
import { append } from '../../src/log/append.ts';
import { createTestArchive, type TestArchive } from '../support/archive.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { plainEvent } from '../support/log.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { createTestApi, type TestApi } from './support.ts';

let database: TestDatabase;
let archive: TestArchive;
let api: TestApi;
const [archived, stored] = [1_203, 7];

/** Events of one stream, the most of which lie in the archive. */
beforeAll(async () => {
  [database, archive] = [await createTestDatabase(), await createTestArchive()];
  const event = (n: number) => ({ ...plainEvent(`${n}`, Buffer.from(`${n}`)), type: n % 2 ? 'odd' : 'even' });
  await append(
    database.sql,
    'a.a',
    Array.from({ length: archived }, (_, n) => event(n + 1)),
  );
  await archive.close(database);
  await append(
    database.sql,
    'a.a',
    Array.from({ length: stored }, (_, n) => event(archived + n + 1)),
  );
  await projectAll(database, archive.fresh());
  api = await createTestApi(database, { archive: archive.fresh() });
});
afterAll(async () => {
  await api.close();
  await expectRebuildEqualsLive(database, archive.fresh());
  await database.close();
  await archive.remove();
});

interface Events {
  events: {
    totalCount: number;
    nodes: { version: number; archived: boolean }[];
    pageInfo: { endCursor: string; startCursor: string; hasNextPage: boolean; hasPreviousPage: boolean };
  };
}

async function walk(backwards: boolean, filter: object) {
  const found: Events['events']['nodes'] = [];
  let cursor: string | null = null;
  for (;;) {
    const args: Record<string, unknown> = backwards
      ? { last: 250, before: cursor }
      : { first: 250, after: cursor };
    const { data, errors }: { data: Events; errors: unknown[] } = await api.ask<Events>(
      `query ($first: Int, $after: String, $last: Int, $before: String, $filter: EventFilter) {
        events(stream: "a.a", first: $first, after: $after, last: $last, before: $before, filter: $filter) {
          totalCount nodes { version archived } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } }`,
      { ...args, filter },
    );
    expect(errors).toEqual([]);
    const { nodes, pageInfo, totalCount } = data.events;
    if (backwards) found.unshift(...nodes);
    else found.push(...nodes);
    if (!(backwards ? pageInfo.hasPreviousPage : pageInfo.hasNextPage)) return { found, totalCount };
    cursor = backwards ? pageInfo.startCursor : pageInfo.endCursor;
  }
}

it.each([false, true])(
  'a stream is walked through all of its events, the archived ones too, backwards: %s',
  async (backwards) => {
    const { found, totalCount } = await walk(backwards, {});
    expect(found.map(({ version }) => version)).toEqual(
      Array.from({ length: archived + stored }, (_, n) => n + 1),
    );
    expect(found.filter((event) => event.archived)).toHaveLength(archived);
    expect(found.slice(archived).every((event) => !event.archived)).toBe(true);
    expect(totalCount).toBe(archived + stored);
  },
);

it.each([false, true])(
  'a filter holds for archived events as for the others, backwards: %s',
  async (backwards) => {
    const { found, totalCount } = await walk(backwards, { type: 'odd' });
    expect(found.map(({ version }) => version)).toEqual(
      Array.from({ length: archived + stored }, (_, n) => n + 1).filter((version) => version % 2 === 1),
    );
    expect(totalCount).toBe(found.length);
  },
);

it('an archived event says so when it is asked for by its id', async () => {
  const { data } = await api.ask(
    '{ old: node(id: "event:a.a:1") { ... on Event { version archived } } new: node(id: "event:a.a:1204") { ... on Event { archived } } }',
  );
  expect(data).toEqual({ old: { version: 1, archived: true }, new: { archived: false } });
});
