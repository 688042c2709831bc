import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noArchive } from '../../src/log/archive/archive.ts';
import { readEvents } from '../../src/log/read.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { waitFor } from '../support/wait-for.ts';
import { createControlled, plainPage, type Controlled } from './controlled.ts';
import { createSocketClient, listenOn } from './socket.ts';

let database: TestDatabase;
let controlled: Controlled;
beforeEach(async () => {
  database = await createTestDatabase();
  await projectAll(database);
  controlled = await createControlled(database);
  await controlled.run(plainPage(3));
  await projectAll(database);
});
afterEach(async () => {
  await controlled.close();
  await projectAll(database);
  await expectRebuildEqualsLive(database);
  await database.close();
});

interface Shown {
  id: string;
  status: string;
  phase: string;
  eventsDone: number;
  eventsTotal: number;
  snapshots: number;
  differences: number | null;
  error: string | null;
  endedAt: string | null;
}
const fields = 'id status phase eventsDone eventsTotal snapshots differences error startedAt endedAt';
const rebuild = (input: object) =>
  controlled.mutate<{ rebuild: { rebuild: Shown } }>(
    `mutation ($input: RebuildInput!) { rebuild(input: $input) { rebuild { ${fields} } } }`,
    { input },
  );

async function lookAt(id: string): Promise<Shown | null> {
  const { data } = await controlled.api.ask<{ node: Shown | null }>(
    `query ($id: ID!) { node(id: $id) { id ... on Rebuild { ${fields} } } }`,
    { id },
  );
  return data.node;
}
async function ended(id: string): Promise<Shown | null> {
  await waitFor('the rebuild has ended', async () => (await lookAt(id))?.endedAt != null);
  return lookAt(id);
}
const versionOf = async (): Promise<number> => {
  const [row] = await database.sql<{ version: number }[]>`select version from read.read_model`;
  return row?.version ?? 0;
};

describe('the mutation rebuild', () => {
  it('answers at once with a rebuild that node follows until it is swapped in', async () => {
    const before = await versionOf();
    const { data, errors } = await rebuild({ reason: 'a fixed parser' });
    expect(errors).toEqual([]);
    const { id } = data.rebuild.rebuild;
    expect(data.rebuild.rebuild).toMatchObject({ differences: null, error: null });
    const done = await ended(id);
    const [log] = await database.sql<
      { events: number }[]
    >`select sum(head)::bigint as events from log.stream`;
    expect(done).toMatchObject({
      status: 'SWAPPED',
      phase: 'done',
      eventsDone: log?.events,
      eventsTotal: log?.events,
      snapshots: 3,
      differences: null,
    });
    expect(await versionOf()).toBeGreaterThan(before);
    const asked = await readEvents(database.sql, 'operator', 0, { limit: 10, archive: noArchive });
    expect(asked.at(-1)).toMatchObject({
      type: 'rebuild.requested',
      metadata: { verify: false, actor: 'admin key', reason: 'a fixed parser' },
    });
  });

  it('with verify compares, changes nothing, and tells how many rows differ', async () => {
    const good = await rebuild({ verify: true });
    expect(await ended(good.data.rebuild.rebuild.id)).toMatchObject({ status: 'VERIFIED', differences: 0 });
    await database.owner`update read.snapshot set price = price + 1 where source_coin_id = 'c1'`;
    const before = await versionOf();
    const bad = await rebuild({ verify: true });
    expect(await ended(bad.data.rebuild.rebuild.id)).toMatchObject({ status: 'DIFFERENT', differences: 1 });
    expect(await versionOf()).toBe(before);
    await database.owner`update read.snapshot set price = price - 1 where source_coin_id = 'c1'`;
  });

  it('is refused while another one runs, with what to do, and begins none', async () => {
    await database.owner`
      insert into control.lease (name, holder, acquired_at, expires_at)
      values ('rebuild', 'another', now(), now() + interval '1 minute')`;
    const { errors } = await rebuild({});
    expect(errors[0]).toMatchObject({ message: /wait/, extensions: { code: 'BAD_USER_INPUT' } });
    expect(await database.sql`select 1 from control.rebuild where status = 'running'`).toEqual([]);
    await database.owner`delete from control.lease where name = 'rebuild'`;
  });

  it('is on record as failed when its process was killed, once another one begins', async () => {
    const id = crypto.randomUUID();
    await database.owner`
      insert into control.rebuild (id, kind, holder, reason, status, phase, events_done, events_total, rows, started_at, updated_at)
      values (${id}, 'swap', 'killed', 'test', 'running', 'folding', 1, 4, 0, now(), now())`;
    expect(await lookAt(`rebuild:${id}`)).toMatchObject({ status: 'RUNNING' });
    const { data } = await rebuild({ verify: true });
    await ended(data.rebuild.rebuild.id);
    expect(await lookAt(`rebuild:${id}`)).toMatchObject({ status: 'FAILED', error: /process ended/ });
  });

  it('is followed over a WebSocket until it has ended', async () => {
    const socket = createSocketClient(await listenOn(controlled.api));
    const { data } = await rebuild({});
    const listener = socket.subscribe<{ rebuildProgress: Shown }>(
      `subscription ($id: ID) { rebuildProgress(id: $id) { ${fields} } }`,
      { id: data.rebuild.rebuild.id },
    );
    await waitFor('the subscription is complete', () => listener.isOver);
    const steps = listener.messages.map((message) => message.data.rebuildProgress);
    expect(listener.failures).toEqual([]);
    expect(steps.at(-1)).toMatchObject({ id: data.rebuild.rebuild.id, status: 'SWAPPED', snapshots: 3 });
    expect(new Set(steps.map((step) => JSON.stringify(step))).size).toBe(steps.length);
    await socket.close();
  });

  it('needs the key', async () => {
    const { errors } = await controlled.api.ask('mutation { rebuild(input: {}) { rebuild { id } } }');
    expect(errors[0]).toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } });
  });
});
