import { afterEach, beforeEach, expect, it } from 'vitest';
import { rebuildUntil } from '../../src/projector/rebuild-until.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendRun } from '../support/events.ts';
import { expectRebuildEqualsLive, projectAll, testFolds } from '../support/project.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await expectRebuildEqualsLive(database);
  await database.close();
});

const appendPrice = (runId: string, price: number) =>
  appendRun(database.sql, {
    stream: 'coingecko.markets',
    runId,
    startedAt: new Date('2026-11-20T12:00:00Z'),
    params: { vs_currency: 'usd' },
    pages: [
      JSON.stringify([
        { id: 'a', symbol: 'a', name: 'a', current_price: price, last_updated: '2026-11-20T10:00:00Z' },
      ]),
    ],
  });
const lastRecordedAt = async (): Promise<Date> => {
  const [row] = await database.sql<{ at: Date }[]>`select max(recorded_at) as at from log.event`;
  return row?.at ?? new Date(0);
};
const pricesIn = (schema: string) => database.sql.unsafe(`select price from ${schema}.quote`);

it('what had been recorded up to a time is folded into a schema of its own, and the live one is untouched', async () => {
  await appendPrice('r1', 1);
  // Rounded down to what a Date can hold; the event itself is recorded in microseconds.
  const until = new Date((await lastRecordedAt()).getTime() + 1);
  while (Date.now() <= until.getTime() + 1) await new Promise((resolve) => setTimeout(resolve, 1));
  await appendPrice('r2', 2);
  await appendPrice('r3', 3);
  await projectAll(database);
  const deps = { ...testFolds, sql: database.sql, holder: crypto.randomUUID() };
  const then = await rebuildUntil(deps, until);
  expect(then).toMatchObject({
    events: 3,
    snapshots: 1,
    schema: expect.stringMatching(/^read_until_\d{8}t\d{6}z$/),
  });
  expect(await pricesIn(then.schema)).toEqual([{ price: '1' }]);
  expect(await pricesIn('read')).toEqual([{ price: '3' }]);
  // Again, and another time of the same second: the schema of that name is made anew.
  expect(await rebuildUntil(deps, until)).toMatchObject({ schema: then.schema, snapshots: 1 });
  expect(await rebuildUntil(deps, new Date(0))).toMatchObject({ events: 0, snapshots: 0 });
});
