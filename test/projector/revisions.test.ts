import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendRun } from '../support/events.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await expectRebuildEqualsLive(database);
  await database.close();
});

const record = (id: string, price: number, minute: number) => ({
  id,
  symbol: id,
  name: id,
  current_price: price,
  last_updated: new Date(Date.UTC(2026, 10, 20, 10, minute)).toISOString(),
});

let runs = 0;
const appendPage = (records: object[]): Promise<void> =>
  appendRun(database.sql, {
    stream: 'coingecko.markets',
    runId: `run_${(runs += 1)}`,
    startedAt: new Date('2026-11-20T12:00:00Z'),
    params: { vs_currency: 'usd' },
    pages: [JSON.stringify(records)],
  });

interface Said {
  coin: string;
  minute: number;
  price: number;
  since: number;
  last: number;
}

/** Of each thing said of an observation, the first and the last version that said it; the last of all stands. */
function expected(pages: { coin: string; price: number; minute: number; version: number }[]) {
  const said = new Map<string, Said>();
  for (const { coin, price, minute, version } of pages) {
    const key = `${coin} ${minute} ${price}`;
    const known = said.get(key);
    said.set(key, { coin, minute, price, since: known?.since ?? version, last: version });
  }
  const byKey = Map.groupBy(said.values(), ({ coin, minute }) => `${coin} ${minute}`);
  const standing = [...byKey.values()].map((all) => all.toSorted((a, b) => b.last - a.last)[0]);
  return { standing, revisions: [...said.values()].filter((one) => !standing.includes(one)) };
}

const readings = (table: 'snapshot' | 'snapshot_revision') => database.sql<Said[]>`
  select source_coin_id as coin, extract(minute from observed_at)::int as minute, price::int as price,
    since_version as since, version as last
  from read.${database.sql(table)} order by 1, 2, 3`;

const sorted = (all: (Said | undefined)[]): Said[] =>
  all
    .flatMap((one) => one ?? [])
    .sort((a, b) => a.coin.localeCompare(b.coin) || a.minute - b.minute || a.price - b.price);

describe('what was said of an observation', () => {
  it('stays with the first and the last record that said it, and the last of all stands, however the log is cut', async () => {
    const arbitrary = fc.record({
      coin: fc.constantFrom('a', 'b'),
      price: fc.integer({ min: 1, max: 3 }),
      minute: fc.integer({ min: 0, max: 1 }),
    });
    const pages: Parameters<typeof expected>[0] = [];
    let version = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.uniqueArray(arbitrary, { selector: ({ coin, minute }) => `${coin} ${minute}`, minLength: 1 }),
          { minLength: 1, maxLength: 6 },
        ),
        async (batch) => {
          for (const page of batch) {
            await appendPage(page.map(({ coin, price, minute }) => record(coin, price, minute)));
            pages.push(...page.map((one) => ({ ...one, version: version + 2 })));
            version += 3;
          }
          await projectAll(database);
          const { standing, revisions } = expected(pages);
          expect([...(await readings('snapshot'))]).toEqual(sorted(standing));
          expect([...(await readings('snapshot_revision'))]).toEqual(sorted(revisions));
        },
      ),
      { numRuns: 12 },
    );
  });
});
