import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { append, type AppendResult } from '../../src/log/append.ts';
import { noArchive } from '../../src/log/archive/archive.ts';
import { deriveId } from '../../src/log/event-id.ts';
import type { NewEvent } from '../../src/log/event.ts';
import { readEvent, readEvents, readHeads } from '../../src/log/read.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { expectRebuildEqualsLive } from '../support/project.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await expectRebuildEqualsLive(database);
  await database.close();
});

const event = (name: string, payload: Uint8Array = Buffer.from(name)): NewEvent => ({
  id: deriveId('test', name),
  type: 'page.fetched',
  schemaVersion: 1,
  runId: 'run_1',
  receivedAt: new Date('2026-11-23T14:03:00.123Z'),
  metadata: {
    request: { url: 'https://example.test/a?b="c"', page: 1 },
    note: 'é "quoted" \\ \u0001 老板 \0 \ud800',
  },
  payload,
});

describe('append', () => {
  it('gives dense versions from 1 and keeps what it was given', async () => {
    const first = await append(database.sql, 'append.a', [event('a'), event('b')]);
    const second = await append(database.sql, 'append.a', [event('c')]);
    expect(first).toEqual({ kind: 'appended', versions: [1, 2], head: 2 });
    expect(second).toEqual({ kind: 'appended', versions: [3], head: 3 });
    const read = await readEvent(database.sql, 'append.a', 2, noArchive);
    expect(read).toMatchObject({
      version: 2,
      type: 'page.fetched',
      runId: 'run_1',
      payloadBytes: 1,
      redacted: false,
    });
    expect(read?.receivedAt.toISOString()).toBe('2026-11-23T14:03:00.123Z');
    expect(Buffer.from(read?.payload ?? []).toString()).toBe('b');
  });

  it('answers a retry with the versions it had, whatever the expected head', async () => {
    await append(database.sql, 'append.retry', [event('a')], { expectedHead: 0 });
    await append(database.sql, 'append.retry', [event('b')], { expectedHead: 1 });
    const retry = await append(database.sql, 'append.retry', [event('a')], { expectedHead: 0 });
    expect(retry).toEqual({ kind: 'duplicate', versions: [1], head: 2 });
  });

  it('refuses another body under a known id, and a batch that is known in part', async () => {
    await append(database.sql, 'append.conflict', [event('a')]);
    const other = await append(database.sql, 'append.conflict', [event('a', Buffer.from('other'))]);
    expect(other).toEqual({ kind: 'conflict', reason: 'other_payload', head: 1 });
    const partly = await append(database.sql, 'append.conflict', [event('a'), event('b')]);
    expect(partly).toEqual({ kind: 'conflict', reason: 'partly_known', head: 1 });
    const moved = await append(database.sql, 'append.conflict', [event('z')], { expectedHead: 7 });
    expect(moved).toEqual({ kind: 'conflict', reason: 'head_moved', head: 1 });
    expect((await readHeads(database.sql)).get('append.conflict')).toBe(1);
  });

  it('leaves nothing of a batch of which one event is invalid, and all of it once that is put right', async () => {
    const page = event('page of the run');
    const facts = Array.from({ length: 400 }, (_, n) => event(`fact ${n}`));
    const last = event('last fact');
    const broken = append(database.sql, 'append.whole', [page, ...facts, { ...last, type: 'Not a type' }]);
    await expect(broken).rejects.toMatchObject({ code: '23514' });
    expect((await readHeads(database.sql)).has('append.whole')).toBe(false);
    expect(await database.sql`select from log.event_key where stream = 'append.whole'`).toHaveLength(0);
    expect(await append(database.sql, 'append.whole', [page, ...facts, last])).toMatchObject({
      kind: 'appended',
      head: 402,
    });
  });

  it('by two at once with the same ids is done by one, and the other hears the same versions', async () => {
    for (let round = 0; round < 20; round += 1) {
      // Half of the streams are new: then both would make them.
      const stream = `append.twice.${round % 10}`;
      const batch = [event(`${round} a`), event(`${round} b`)];
      const results = await Promise.all([batch, batch].map((one) => append(database.sql, stream, one)));
      expect(results.map(({ kind }) => kind).sort()).toEqual(['appended', 'duplicate']);
      const head = 2 * (Math.floor(round / 10) + 1);
      for (const result of results) expect(result).toMatchObject({ versions: [head - 1, head], head });
    }
  });

  it.each(['repeatable read', 'serializable'])(
    'refuses %s, in which it could not see what it waited for',
    async (level) => {
      const attempt = database.sql.begin(`isolation level ${level}`, (tx) =>
        append(tx, 'append.isolation', [event('a')]),
      );
      await expect(attempt).rejects.toThrow(/read committed/);
      expect((await readHeads(database.sql)).has('append.isolation')).toBe(false);
    },
  );
});

interface Call {
  batch: { id: number; body: string }[];
  /** `now`: the head there is at that moment. */
  expectedHead: number | 'now' | null;
}

const call = fc.record({
  batch: fc.uniqueArray(
    fc.record({
      id: fc.nat(7),
      body: fc.oneof({ weight: 6, arbitrary: fc.constant('x') }, { weight: 1, arbitrary: fc.constant('y') }),
    }),
    { minLength: 1, maxLength: 4, selector: ({ id }) => id },
  ),
  expectedHead: fc.oneof(fc.constant(null), fc.constant('now' as const), fc.nat(8)),
});

/** The order that makes a retry safe, over a list of bodies by id. */
function specifiedAppend(
  log: { id: number; body: string }[],
  { batch }: Call,
  expectedHead: number | null,
): AppendResult {
  const head = log.length;
  const known = batch.map(({ id }) => log.findIndex((entry) => entry.id === id));
  if (batch.some(({ body }, index) => body !== (log[known[index] ?? -1]?.body ?? body)))
    return { kind: 'conflict', reason: 'other_payload', head };
  if (known.every((index) => index >= 0))
    return { kind: 'duplicate', versions: known.map((index) => index + 1), head };
  if (known.some((index) => index >= 0)) return { kind: 'conflict', reason: 'partly_known', head };
  if (expectedHead !== null && expectedHead !== head) return { kind: 'conflict', reason: 'head_moved', head };
  log.push(...batch);
  return { kind: 'appended', versions: batch.map((_, index) => head + index + 1), head: log.length };
}

describe('any sequence of appends', () => {
  it('is answered as specified: what is known first, then conflicts, then the head; and leaves just that', async () => {
    const answered = new Set<string>();
    let runs = 0;
    const property = fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 15 }), async (calls) => {
      const stream = `model.${(runs += 1)}`;
      const log: Call['batch'] = [];
      for (const one of calls) {
        const expectedHead = one.expectedHead === 'now' ? log.length : one.expectedHead;
        const expected = specifiedAppend(log, one, expectedHead);
        const batch = one.batch.map(({ id, body }) => event(`model ${id}`, Buffer.from(body)));
        const result = await append(
          database.sql,
          stream,
          batch,
          expectedHead === null ? {} : { expectedHead },
        );
        expect(result).toEqual(expected);
        answered.add(result.kind === 'conflict' ? result.reason : result.kind);
      }
      const read = await readEvents(database.sql, stream, 0, { limit: 100, archive: noArchive });
      const found = read.map(({ eventId, payload }) => [eventId, Buffer.from(payload).toString()]);
      expect(found).toEqual(log.map(({ id, body }) => [event(`model ${id}`).id, body]));
    });
    await fc.assert(property, { numRuns: 80 });
    expect(answered).toEqual(
      new Set(['appended', 'duplicate', 'other_payload', 'partly_known', 'head_moved']),
    );
  });
});
