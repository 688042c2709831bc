import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { releaseToken, takeToken } from '../../src/control/budget.ts';
import { openGate } from '../../src/control/gate.ts';
import { digestSettings } from '../../src/control/key-digest.ts';
import { noArchive } from '../../src/log/archive/archive.ts';
import { readEvents } from '../../src/log/read.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { createControlled, plainPage, type Controlled } from './controlled.ts';

let database: TestDatabase;
let controlled: Controlled;
beforeAll(async () => {
  database = await createTestDatabase();
  // Every hour: a time that a test can tell.
  controlled = await createControlled(database, { INGEST_SCHEDULE: '0 * * * *' });
  await controlled.run(plainPage(3));
  await projectAll(database);
});
afterAll(async () => {
  await controlled.close();
  await projectAll(database);
  await expectRebuildEqualsLive(database);
  await database.close();
});

const controls = 'name pausedReason breaker waitingUntil waitingReason nextRunAt';
interface Controls {
  name: string;
  pausedReason: string | null;
  breaker: string;
  waitingUntil: string | null;
  waitingReason: string | null;
  nextRunAt: string | null;
}
const free = { pausedReason: null, breaker: 'CLOSED', waitingUntil: null, waitingReason: null };

async function controlsOf(name: string): Promise<Controls> {
  const { data, errors } = await controlled.api.ask<{ source: Controls }>(
    `query ($name: String!) { source(name: $name) { ${controls} } }`,
    { name },
  );
  expect(errors).toEqual([]);
  return data.source;
}

async function order(mutation: string, name: string, reason: string) {
  const query = `mutation ($input: SourceInput!) { order: ${mutation}(input: $input) { source { ${controls} } } }`;
  const { data, errors } = await controlled.mutate<{ order: { source: Controls } } | null>(query, {
    input: { name, reason },
  });
  return { source: data?.order.source, errors };
}

/** The settings of coingecko with what stands for them. */
async function settingsOf() {
  const settings = controlled.sources.find(({ source }) => source.name === 'coingecko')?.settings;
  if (!settings) throw new Error('coingecko is polled');
  return { settings, digests: await digestSettings(database.sql, settings) };
}

const coingeckoGate = { source: 'coingecko', name: 'coingecko' };

describe('a source', () => {
  it('that nothing holds back is asked at its next tick', async () => {
    expect(await controlsOf('coingecko')).toEqual({
      name: 'coingecko',
      ...free,
      nextRunAt: expect.stringMatching(/:00:00\.000Z$/),
    });
    expect(await controlsOf('coinpaprika')).toEqual({ name: 'coinpaprika', ...free, nextRunAt: null });
  });

  it('tells what is used of each limit, and none for files', async () => {
    const { settings, digests } = await settingsOf();
    const key = { source: 'coingecko', keyDigest: digests.key, limits: settings.limits };
    const now = new Date();
    const token = await takeToken(database.sql, key, now);
    if (token.kind === 'granted') await releaseToken(database.sql, key, token.id, now);
    const { data } = await controlled.api.ask<{
      sources: { name: string; budgets: Record<string, unknown>[] }[];
    }>('{ sources { name budgets { window limit used resetsAt } } }');
    const budgetsOf = (name: string) => data.sources.find((source) => source.name === name)?.budgets;
    expect(budgetsOf('csv')).toEqual([]);
    const minute = budgetsOf('coingecko')?.find(({ window }) => window === 'minute');
    // The run before the tests, and this one.
    expect(minute).toEqual({
      window: 'minute',
      limit: settings.limits.minute,
      used: 2,
      resetsAt: expect.any(String),
    });
  });

  it('is paused and resumed, which its payload shows at once though no projector runs, and the log has who and why', async () => {
    const paused = await order('pauseSource', 'coingecko', ' upstream is moving ');
    expect(paused.errors).toEqual([]);
    const held = { name: 'coingecko', ...free, pausedReason: 'upstream is moving', nextRunAt: null };
    expect(paused.source).toEqual(held);
    expect(await controlsOf('coingecko')).toEqual(held);
    const resumed = await order('resumeSource', 'coingecko', 'moved');
    expect(resumed.source).toMatchObject({ ...free, nextRunAt: expect.any(String) });
    const events = await readEvents(database.sql, 'operator', 0, { limit: 100, archive: noArchive });
    const sourceEvents = events.filter(({ type }) => type.startsWith('source.'));
    expect(sourceEvents.map(({ type, metadata }) => [type, metadata])).toEqual([
      ['source.paused', { source: 'coingecko', actor: 'admin key', reason: 'upstream is moving' }],
      ['source.resumed', { source: 'coingecko', actor: 'admin key', reason: 'moved' }],
    ]);
  });

  it('that has to be waited for is asked at the first tick after that', async () => {
    const { digests } = await settingsOf();
    const gate = await openGate(database.sql, coingeckoGate, digests.config, () => new Date());
    await gate.waitUntil(new Date('2100-01-01T00:30:00Z'), 'HTTP 429');
    expect(await controlsOf('coingecko')).toEqual({
      ...free,
      name: 'coingecko',
      waitingUntil: '2100-01-01T00:30:00.000Z',
      waitingReason: 'HTTP 429',
      nextRunAt: '2100-01-01T01:00:00.000Z',
    });
  });

  it('that refused its configuration is stopped, and its reset lets it be asked again', async () => {
    const { digests } = await settingsOf();
    const gate = await openGate(database.sql, coingeckoGate, digests.config, () => new Date());
    await gate.stop(null, 'HTTP 401: check the key.');
    expect(await controlsOf('coingecko')).toMatchObject({
      breaker: 'STOPPED_BY_CONFIG',
      waitingReason: 'HTTP 401: check the key.',
      waitingUntil: null,
      nextRunAt: null,
    });
    const { source } = await order('resetSource', 'coingecko', 'new key');
    expect(source).toEqual({ name: 'coingecko', ...free, nextRunAt: expect.any(String) });
  });
});

describe('an order', () => {
  it.each([
    ['an unknown source', 'nothing', 'x', '"nothing": there are coinpaprika, coingecko, csv'],
    ['an empty reason', 'coingecko', '  ', 'reason is empty'],
    ['a reason longer than anybody reads', 'coingecko', 'x'.repeat(1_001), '1000 characters'],
    ['a reason that no text can hold', 'coingecko', 'a\0b', 'character'],
    ['a reason with half a character', 'coingecko', 'a\ud800', 'character'],
  ])('with %s is BAD_USER_INPUT, and nothing is recorded', async (_what, name, reason, message) => {
    const head = async () =>
      (await database.sql`select head from log.stream where stream = 'operator'`)[0]?.['head'];
    const before = await head();
    for (const mutation of ['pauseSource', 'resumeSource', 'resetSource']) {
      const { errors } = await order(mutation, name, reason);
      expect(errors).toMatchObject([
        { extensions: { code: 'BAD_USER_INPUT' }, message: expect.stringContaining(message) },
      ]);
    }
    expect(await head()).toBe(before);
  });

  it('sees what the one before it in the same request has changed', async () => {
    const { data } = await controlled.mutate(`mutation {
      a: pauseSource(input: { name: "csv", reason: "one" }) { source { pausedReason } }
      b: pauseSource(input: { name: "csv", reason: "two" }) { source { pausedReason } }
      c: resumeSource(input: { name: "csv", reason: "three" }) { source { pausedReason } } }`);
    expect(data).toEqual({
      a: { source: { pausedReason: 'one' } },
      b: { source: { pausedReason: 'two' } },
      c: { source: { pausedReason: null } },
    });
  });
});
