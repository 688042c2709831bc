import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noArchive } from '../../src/log/archive/archive.ts';
import { readEvents } from '../../src/log/read.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { createControlled, plainPage, type Controlled } from './controlled.ts';

let database: TestDatabase;
let controlled: Controlled;
beforeEach(async () => {
  database = await createTestDatabase();
  controlled = await createControlled(database, { DRIFT_MODE_COINGECKO: 'discard-record' });
  await controlled.run(plainPage(2));
  // Six records with a new field, of which two cannot be read whatever is acknowledged.
  await controlled.run(
    plainPage(6, (index) => ({ liquidity: index, ...(index < 2 ? { current_price: 'n/a' } : {}) })),
  );
  await projectAll(database);
});
afterEach(async () => {
  await controlled.close();
  await projectAll(database);
  await expectRebuildEqualsLive(database);
  await database.close();
});

/** What was decided, after the event that the log was opened with. */
const decisions = async () => {
  const events = await readEvents(database.sql, 'operator', 0, { limit: 100, archive: noArchive });
  return events.filter(({ type }) => type !== 'log.opened');
};
const operatorEvents = async () => (await decisions()).map(({ type, metadata }) => ({ type, metadata }));

interface Found {
  drifts: { nodes: { id: string; path: string }[]; totalCount: number };
  rejectedRecords: { nodes: { id: string; recordIndex: number }[] };
}
async function found(): Promise<Found> {
  const { data } = await controlled.api
    .ask<Found>(`{ drifts(filter: { open: true }) { nodes { id path } totalCount }
    rejectedRecords(filter: { status: OPEN }) { nodes { id recordIndex } } }`);
  return data;
}
const driftOf = async (path: string): Promise<string> =>
  (await found()).drifts.nodes.find((drift) => drift.path === path)?.id ?? '';
const openRecords = async () => (await found()).rejectedRecords.nodes;

const acknowledge = (input: object) =>
  controlled.mutate(
    `mutation ($input: AcknowledgeInput!) { acknowledgeDrift(input: $input) {
      drift { id path acknowledgedAt acknowledgeReason firstEvent { id } } } }`,
    { input },
  );

interface Replayed {
  replayRejected: {
    replayed: number;
    stillRejected: number;
    records: { recordIndex: number; status: string; rawRecord: object }[];
  };
}
const replay = (input: object) =>
  controlled.mutate<Replayed>(
    `mutation ($input: ReplayRejectedInput!) { replayRejected(input: $input) {
      replayed stillRejected records { id recordIndex status rawRecord } } }`,
    { input },
  );

const discard = (ids: string[], reason = 'a test coin') =>
  controlled.mutate<{ discardRejected: { discarded: number } }>(
    'mutation ($input: DiscardRejectedInput!) { discardRejected(input: $input) { discarded } }',
    { input: { ids, reason } },
  );

const refusedWith = (message: string) => [
  { extensions: { code: 'BAD_USER_INPUT' }, message: expect.stringContaining(message) },
];

describe('acknowledgeDrift', () => {
  it('is in its own answer, and in the lists after it', async () => {
    controlled.projector.follow();
    const id = await driftOf('liquidity');
    const { data, errors } = await acknowledge({ id, reason: 'announced' });
    expect(errors).toEqual([]);
    expect(data).toMatchObject({
      acknowledgeDrift: {
        drift: { id, path: 'liquidity', acknowledgedAt: expect.any(String), acknowledgeReason: 'announced' },
      },
    });
    expect(await driftOf('liquidity')).toBe('');
    expect(await operatorEvents()).toEqual([
      {
        type: 'drift.acknowledged',
        metadata: { drift: id.replace('drift:', ''), actor: 'admin key', reason: 'announced' },
      },
    ]);
    const again = await acknowledge({ id: id.replace('drift:', ''), reason: 'once more' });
    expect(again.data).toEqual(data);
    expect(await operatorEvents()).toHaveLength(1);
  });

  it('is in its own answer also while no projector runs, as the log has it', async () => {
    const id = await driftOf('liquidity');
    const { data } = await acknowledge({ id });
    const [event] = await decisions();
    expect(data).toMatchObject({
      acknowledgeDrift: {
        drift: {
          acknowledgedAt: event?.recordedAt.toISOString(),
          acknowledgeReason: 'acknowledged through the API',
        },
      },
    });
    await projectAll(database);
    expect((await acknowledge({ id })).data).toEqual(data);
  });

  it.each(['drift:00000000-0000-5000-8000-000000000000', 'nothing', ''])(
    'of no drift (%j) is BAD_USER_INPUT that names it, and nothing is recorded',
    async (id) => {
      expect((await acknowledge({ id })).errors).toMatchObject(refusedWith(JSON.stringify(id)));
      expect(await operatorEvents()).toEqual([]);
    },
  );
});

describe('replayRejected', () => {
  it('after an acknowledged drift reads what can be read now, fetches nothing, and tells what is still wrong', async () => {
    controlled.projector.follow();
    await acknowledge({ id: await driftOf('liquidity') });
    const { length: requests } = controlled.upstream.requests;
    const { data, errors } = await replay({});
    expect(errors).toEqual([]);
    const { replayed, stillRejected, records } = data.replayRejected;
    expect({ replayed, stillRejected }).toEqual({ replayed: 4, stillRejected: 2 });
    expect(records.map(({ recordIndex, status }) => [recordIndex, status])).toEqual([
      ...[2, 3, 4, 5].map((index) => [index, 'REPLAYED']),
      ...[0, 1].map((index) => [index, 'OPEN']),
    ]);
    expect(records[0]?.rawRecord).toMatchObject({ id: 'c2', liquidity: 2 });
    expect(controlled.upstream.requests).toHaveLength(requests);
    expect((await openRecords()).map(({ recordIndex }) => recordIndex)).toEqual([0, 1]);
    // What was replayed is in the clean data by the time of the answer.
    const { data: coins } = await controlled.api.ask(
      '{ coins { totalCount } coin(id: "coingecko.c5") { id } }',
    );
    expect(coins).toEqual({ coins: { totalCount: 6 }, coin: { id: 'coingecko.c5' } });
    expect((await operatorEvents()).at(-1)).toMatchObject({
      type: 'rejected.replayed',
      metadata: { actor: 'admin key', reason: 'replayed through the API' },
    });
    // The next run takes the field, as it was acknowledged.
    await controlled.run(plainPage(6, (index) => ({ liquidity: index, current_price: 2 })));
    await projectAll(database);
    expect(await openRecords()).toHaveLength(2);
  });

  it('of named records leaves the others, counts each once, and changes nothing the second time', async () => {
    controlled.projector.follow();
    const ids = (await openRecords()).filter(({ recordIndex }) => recordIndex > 3).map(({ id }) => id);
    const { data } = await replay({ ids: [...ids, ...ids] });
    expect(data.replayRejected).toMatchObject({ replayed: 2, stillRejected: 0 });
    expect(await openRecords()).toHaveLength(4);
    const events = await operatorEvents();
    const again = await replay({ ids });
    expect(again.data).toEqual(data);
    expect(await operatorEvents()).toEqual(events);
    expect((await replay({ ids: [] })).data.replayRejected).toMatchObject({ replayed: 0, records: [] });
    expect(await operatorEvents()).toEqual(events);
  });

  it('of a source reads all of its open ones, and no other', async () => {
    controlled.projector.follow();
    expect((await replay({ source: 'coinpaprika' })).data.replayRejected).toMatchObject({ replayed: 0 });
    expect((await replay({ source: 'coingecko' })).data.replayRejected).toMatchObject({ replayed: 4 });
  });

  it.each([
    ['an unknown source', { source: 'nothing' }, '"nothing"'],
    ['an id of no record', { ids: ['rejected:coingecko.markets:1:0'] }, 'rejected:coingecko.markets:1:0'],
    ['an id that is none', { ids: ['x'] }, '"x"'],
    ['ids and a source', { ids: ['x'], source: 'coingecko' }, 'give one of them'],
    ['too many ids', { ids: Array.from({ length: 251 }, (_, place) => `x:${place}:0`) }, 'at most 250'],
  ])('of %s is BAD_USER_INPUT, and nothing is recorded', async (_what, input, message) => {
    expect((await replay(input)).errors).toMatchObject(refusedWith(message));
    expect(await operatorEvents()).toEqual([]);
  });
});

describe('discardRejected', () => {
  it('gives records up, which the list shows with the reason', async () => {
    controlled.projector.follow();
    const [first, second] = await openRecords();
    const ids = [first?.id ?? '', second?.id ?? '', first?.id ?? ''];
    expect((await discard(ids)).data).toEqual({ discardRejected: { discarded: 2 } });
    const { data } = await controlled.api.ask(
      '{ rejectedRecords(filter: { status: DISCARDED }) { nodes { id discardReason } } }',
    );
    const nodes = [first, second].map((record) => ({ id: record?.id, discardReason: 'a test coin' }));
    expect(data).toEqual({ rejectedRecords: { nodes } });
    expect(await openRecords()).toHaveLength(4);
  });

  it('of a record that was replayed is BAD_USER_INPUT: it is no longer rejected', async () => {
    controlled.projector.follow();
    const id = (await openRecords()).find(({ recordIndex }) => recordIndex === 5)?.id ?? '';
    await replay({ ids: [id] });
    const events = await operatorEvents();
    expect((await discard([id])).errors).toMatchObject(refusedWith('was replayed'));
    expect(await operatorEvents()).toEqual(events);
  });

  it('of an unknown record, or without a reason, is BAD_USER_INPUT, and none is given up', async () => {
    const [first] = await openRecords();
    const unknown = 'rejected:coingecko.markets:99:0';
    expect((await discard([first?.id ?? '', unknown])).errors).toMatchObject(refusedWith(unknown));
    expect((await discard([first?.id ?? ''], ' ')).errors).toMatchObject(refusedWith('reason'));
    expect(await operatorEvents()).toEqual([]);
  });
});
