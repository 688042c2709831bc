import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readHeads } from '../../src/log/read.ts';
import { createProjector } from '../../src/projector/projector.ts';
import { rebuild } from '../../src/projector/rebuild.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendRun } from '../support/events.ts';
import { expectRebuildEqualsLive, testFolds } from '../support/project.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const minuteOf = (minute: number): string => new Date(Date.UTC(2026, 10, 20, 10, minute)).toISOString();

/** Few coins, prices and minutes, so that most records meet others: the same, older, revised, on two pages of a run. */
const record = fc.record({
  coin: fc.constantFrom<string>('a', 'b', 'c', 'd\t\\', 'é', '\ud800'),
  price: fc.integer({ min: 1, max: 3 }),
  minute: fc.integer({ min: 0, max: 5 }),
  euros: fc.boolean(),
  name: fc.constantFrom<string>('One', 'Two'),
});
type Given<T> = T extends fc.Arbitrary<infer Value> ? Value : never;
type Any = Given<typeof record>;

const gecko = ({ coin, price, minute, name }: Any) => ({
  id: coin,
  symbol: coin,
  name,
  image: name === 'Two' ? 'https://img.example/2.png' : null,
  current_price: price,
  last_updated: minuteOf(minute),
});
const paprika = ({ coin, price, minute, euros, name }: Any) => ({
  id: coin,
  symbol: coin,
  name,
  rank: 1,
  last_updated: minuteOf(minute),
  quotes: { USD: { price }, ...(euros && { EUR: { price } }) },
});

const run = fc.record({
  source: fc.constantFrom('coingecko' as const, 'coinpaprika' as const),
  pages: fc.array(fc.array(record, { maxLength: 6 }), { minLength: 1, maxLength: 4 }),
  ends: fc.constantFrom('run.completed' as const, 'run.failed' as const, null),
});
/** Where live following stops in between, and how much it takes at once. */
const round = fc.record({
  runs: fc.array(run, { minLength: 1, maxLength: 4 }),
  records: fc.constantFrom(1, 3, 5_000),
  rebuildsFirst: fc.boolean(),
});

let runs = 0;
async function append({ source, pages, ends }: Given<typeof run>): Promise<void> {
  runs += 1;
  await appendRun(database.sql, {
    stream: source === 'coingecko' ? 'coingecko.markets' : 'coinpaprika.tickers',
    params: source === 'coingecko' ? { vs_currency: 'usd' } : { quotes: 'USD,EUR' },
    runId: `run_${runs}`,
    startedAt: new Date(Date.UTC(2026, 10, 20, 12, runs)),
    pages: pages.map((page) =>
      JSON.stringify(page.map((one) => (source === 'coingecko' ? gecko(one) : paprika(one)))),
    ),
    ending: ends && { type: ends },
  });
}

async function follow(records: number): Promise<void> {
  const limits = { ...testFolds.limits, records, payloadBytes: records * 850 };
  const deps = { ...testFolds, limits, sql: database.sql, holder: crypto.randomUUID(), log: silentLogger };
  const projector = createProjector(deps);
  try {
    await projector.catchUpTo(await readHeads(database.sql));
  } finally {
    await projector.close();
  }
}

describe('any log', () => {
  it('is folded to the same rows live, in commits of any size, and by a rebuild, which compares only what can meet', async () => {
    await fc.assert(
      fc.asyncProperty(round, async ({ runs: given, records, rebuildsFirst }) => {
        for (const one of given) await append(one);
        if (rebuildsFirst) await rebuild({ ...testFolds, sql: database.sql, holder: crypto.randomUUID() });
        await follow(records);
        await expectRebuildEqualsLive(database);
      }),
      // Each goes on with the log of the one before, so that none is made smaller.
      { numRuns: 25, endOnFailure: true },
    );
  });

  it('is followed from far behind in a thread of its own to the same rows', async () => {
    const [before] = await database.sql<{ version: number }[]>`select version from read.read_model`;
    const pages = (minute: number) => [
      [{ coin: 'a', price: minute, minute, euros: true, name: 'One' }],
      [{ coin: 'a', price: minute, minute: 1, euros: true, name: 'Two' }],
    ];
    for (let minute = 0; minute < 40; minute += 1)
      await append({ source: 'coinpaprika', pages: pages(minute), ends: 'run.completed' });
    await follow(2);
    const [after] = await database.sql<{ version: number }[]>`select version from read.read_model`;
    // 160 events, of which 80 have rows: in larger commits than those of two rows each.
    expect(Number(after?.version) - Number(before?.version)).toBeLessThan(40);
    await expectRebuildEqualsLive(database);
  });
});
