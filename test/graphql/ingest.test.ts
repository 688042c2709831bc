import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noArchive } from '../../src/log/archive/archive.ts';
import { readEvents } from '../../src/log/read.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { waitFor } from '../support/wait-for.ts';
import { createControlled, plainPage, type Controlled } from './controlled.ts';

let database: TestDatabase;
let controlled: Controlled;
beforeEach(async () => {
  database = await createTestDatabase();
  await projectAll(database);
  controlled = await createControlled(database);
});
afterEach(async () => {
  await controlled.close();
  await projectAll(database);
  await expectRebuildEqualsLive(database);
  await database.close();
});

interface Ingested {
  ingest: {
    runs: { id: string; source: string; feed: string; status: string; rankGaps: string | null }[];
    notStarted: { source: string; reason: string }[];
  };
}
const ingest = (input: object = {}) =>
  controlled.mutate<Ingested>(
    `mutation ($input: IngestInput!) { ingest(input: $input) {
      runs { id source feed status startedAt endedAt pages rankGaps } notStarted { source reason } } }`,
    { input },
  );

async function statusOf(id: string): Promise<string | null> {
  const { data } = await controlled.api.ask<{ run: { status: string } | null }>(
    'query ($id: ID!) { run(id: $id) { status } }',
    { id },
  );
  return data.run?.status ?? null;
}

describe('ingest', () => {
  it('answers while the run goes on, and the run is found by its id until it has completed', async () => {
    controlled.projector.follow();
    const release = controlled.hold();
    const { data, errors } = await ingest({ reason: 'a look' });
    expect(errors).toEqual([]);
    expect(data.ingest).toMatchObject({
      runs: [{ source: 'coingecko', feed: 'coingecko.markets', status: 'RUNNING', endedAt: null, pages: 0 }],
      notStarted: [],
    });
    expect(controlled.upstream.requests).toEqual([]);
    const id = data.ingest.runs[0]?.id ?? '';
    await waitFor('the run is known', async () => (await statusOf(id)) === 'RUNNING');
    release();
    await waitFor('the run has completed', async () => (await statusOf(id)) === 'COMPLETED');
    const { data: coins } = await controlled.api.ask('{ coins { totalCount } }');
    expect(coins).toEqual({ coins: { totalCount: 3 } });
    const [requested] = await readEvents(database.sql, 'operator', 0, { limit: 10, archive: noArchive });
    expect(requested).toMatchObject({
      type: 'ingest.requested',
      metadata: { sources: ['coingecko'], actor: 'admin key', reason: 'a look' },
    });
  });

  it('tells of each source why it began no run: one that runs already, and one that is paused', async () => {
    const release = controlled.hold();
    await ingest();
    const reason = 'being mended';
    await controlled.mutate(
      'mutation ($input: SourceInput!) { pauseSource(input: $input) { source { id } } }',
      { input: { name: 'coinpaprika', reason } },
    );
    const { data } = await ingest({ sources: ['coingecko', 'coinpaprika', 'coingecko'] });
    expect(data.ingest).toEqual({
      runs: [],
      notStarted: [
        { source: 'coingecko', reason: expect.stringContaining('ingesting coingecko now') },
        { source: 'coinpaprika', reason: expect.stringContaining(reason) },
      ],
    });
    release();
  });

  it('of a source that is not enabled is possible by its name', async () => {
    controlled.serve({ status: 500, body: 'no' });
    const { data } = await ingest({ sources: ['coinpaprika'] });
    expect(data.ingest.runs).toMatchObject([{ source: 'coinpaprika' }]);
  });

  it.each([
    ['files, with what to do instead', ['csv'], 'coinlog ingest csv --file'],
    ['an unknown source', ['coingecko', 'nothing'], '"nothing"'],
  ])('of %s is BAD_USER_INPUT, and no other is begun', async (_what, sources, message) => {
    const { errors } = await ingest({ sources });
    expect(errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT' }, message: expect.stringContaining(message) },
    ]);
    expect(controlled.upstream.requests).toEqual([]);
  });

  it('of nothing begins nothing', async () => {
    const { data } = await ingest({ sources: [] });
    expect(data.ingest).toEqual({ runs: [], notStarted: [] });
    expect(await readEvents(database.sql, 'operator', 0, { limit: 10, archive: noArchive })).toEqual([]);
  });

  it('leaves a run that a stop interrupts to be gone on with: nothing hangs', async () => {
    const release = controlled.hold();
    const { data } = await ingest();
    expect(data.ingest.runs).toHaveLength(1);
    const closed = controlled.ingester.close();
    release();
    await closed;
    const again = await createControlled(database);
    await again.run(plainPage(2));
    await projectAll(database);
    expect(await statusOf(data.ingest.runs[0]?.id ?? '')).toBe('COMPLETED');
    await again.close();
  });
});
