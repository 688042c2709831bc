import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readHeads } from '../../src/log/read.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { adminKey, createControlled, type Controlled } from './controlled.ts';
import { readAnswer } from './support.ts';

let database: TestDatabase;
let controlled: Controlled;
beforeAll(async () => {
  database = await createTestDatabase();
  controlled = await createControlled(database);
  await controlled.run('[]');
  await projectAll(database);
});
afterAll(async () => {
  await controlled.close();
  await expectRebuildEqualsLive(database);
  await database.close();
});

const mutations = [
  ['ingest', 'mutation { ingest(input: {}) { runs { id } } }'],
  ['pauseSource', 'mutation { pauseSource(input: { name: "coingecko", reason: "x" }) { source { id } } }'],
  ['resumeSource', 'mutation { resumeSource(input: { name: "coingecko", reason: "x" }) { source { id } } }'],
  ['resetSource', 'mutation { resetSource(input: { name: "coingecko", reason: "x" }) { source { id } } }'],
  ['acknowledgeDrift', 'mutation { acknowledgeDrift(input: { id: "x" }) { drift { id } } }'],
  ['replayRejected', 'mutation { replayRejected(input: {}) { replayed } }'],
  ['discardRejected', 'mutation { discardRejected(input: { ids: [], reason: "x" }) { discarded } }'],
] as const;

const wrong = [
  ['none', {}],
  ['an empty one', { authorization: '' }],
  ['no key', { authorization: 'Bearer ' }],
  ['another key', { authorization: 'Bearer guess' }],
  ['another key of the same length', { authorization: `Bearer ${adminKey.slice(0, -1)}!` }],
  ['the beginning of the key', { authorization: `Bearer ${adminKey.slice(0, -1)}` }],
  ['the key and more', { authorization: `Bearer ${adminKey} ${adminKey}` }],
  ['another scheme', { authorization: `Basic ${adminKey}` }],
  ['the bare key', { authorization: adminKey }],
] as const;

describe.each(mutations)('%s', (_name, mutation) => {
  it('never changes anything for one without the key, and says so whatever the input is', async () => {
    const before = await readHeads(database.sql);
    for (const [, headers] of wrong) {
      const { status, data, errors } = await controlled.api.ask(mutation, {}, headers);
      expect({ status, data }).toEqual({ status: 200, data: null });
      expect(errors.map(({ extensions }) => extensions)).toEqual([{ code: 'UNAUTHENTICATED' }]);
    }
    expect(await readHeads(database.sql)).toEqual(before);
  });

  it('is off for everybody where no key is set', async () => {
    const off = await createControlled(database, {}, null);
    for (const headers of [{}, { authorization: `Bearer ${adminKey}` }, { authorization: 'Bearer null' }]) {
      const { errors } = await off.api.ask(mutation, {}, headers);
      expect(errors.map(({ extensions }) => extensions)).toEqual([{ code: 'ADMIN_DISABLED' }]);
    }
    await off.close();
  });

  it('is never run by GET, with or without the key', async () => {
    const before = await readHeads(database.sql);
    const headers = { authorization: `Bearer ${adminKey}`, 'apollo-require-preflight': 'true' };
    const answer = await controlled.api.app.inject({ url: '/graphql', query: { query: mutation }, headers });
    expect(answer.statusCode).toBe(405);
    expect(readAnswer(answer).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(await readHeads(database.sql)).toEqual(before);
  });
});

describe('the key', () => {
  it('admits with any writing of the scheme', async () => {
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
      const { errors } = await controlled.api.ask(
        mutations[6][1],
        {},
        { authorization: `${scheme} ${adminKey}` },
      );
      expect(errors).toEqual([]);
    }
  });

  it('is needed by no query', async () => {
    const { errors } = await controlled.api.ask('{ sources { name pausedReason breaker } }');
    expect(errors).toEqual([]);
  });

  it('is never in a log line, nor is one that was guessed, whatever is asked and whatever fails', async () => {
    const guessed = 'guessed-key-of-somebody';
    for (const [, mutation] of mutations) {
      await controlled.mutate(mutation);
      await controlled.api.ask(mutation, {}, { authorization: `Bearer ${guessed}` });
    }
    await controlled.mutate('mutation {');
    expect(controlled.lines.length).toBeGreaterThan(10);
    expect(controlled.lines.filter((line) => line.includes(adminKey) || line.includes(guessed))).toEqual([]);
  });
});
