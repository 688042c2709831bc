import { afterAll, beforeAll, expect, it } from 'vitest';
import { skipEvent } from '../../src/control/skip-decisions.ts';
import { readHeads } from '../../src/log/read.ts';
import { createProjector, type Projector } from '../../src/projector/projector.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { createTestApi, type TestApi } from '../graphql/support.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendRun } from '../support/events.ts';
import { expectRebuildEqualsLive, testFolds } from '../support/project.ts';
import { waitFor } from '../support/wait-for.ts';

let database: TestDatabase;
let api: TestApi;
let projector: Projector;
beforeAll(async () => {
  database = await createTestDatabase();
  api = await createTestApi(database);
  projector = createProjector({ ...testFolds, sql: database.sql, holder: 'follower', log: silentLogger });
});
afterAll(async () => {
  await projector.close();
  await api.close();
  await database.close();
});

const steps = 50;
const stream = 'coingecko.markets';
const fields =
  'canonicalId name priceUsd exact { priceUsd } quotes { price observedAt recordIndex event { id } }';

/** Prices of three coins; of two in three steps at times that were told of before, so that they are revised. */
const appendStep = (step: number): Promise<void> =>
  appendRun(database.sql, {
    stream,
    runId: `run_${step}`,
    startedAt: new Date(Date.UTC(2026, 10, 20, 10, step)),
    params: { vs_currency: 'usd' },
    pages: [
      JSON.stringify(
        ['a', 'b', 'c'].slice(0, 1 + (step % 3)).map((id, index) => ({
          id,
          symbol: id,
          name: `Coin ${id}`,
          current_price: 100 * step + index,
          last_updated: new Date(Date.UTC(2026, 10, 20, 9, step % 3 ? (step * 7) % 5 : step)).toISOString(),
        })),
      ),
    ],
  });

/** Every fifth page is passed over afterwards, which the whole read model is rebuilt for beside the live one. */
const passOver = (step: number): Promise<void> =>
  skipEvent(database.sql, stream, 3 * step - 1, { actor: 'test', reason: 'wrong prices' }, new Date());

interface Coins {
  coins: { nodes: unknown[] };
}

it('what was shown is known afterwards, whatever came while a rebuild compared and swapped', async () => {
  const shown = new Map<number, unknown[]>();
  let isOver = false;
  projector.follow();
  const looking = (async () => {
    while (!isOver) {
      const { data, errors, extensions } = await api.ask<Coins | null>(
        `{ coins(first: 50, orderBy: { field: NAME }) { nodes { ${fields} } } }`,
      );
      // Before the first event there is nothing to look at.
      if (errors.length > 0 || data === null) continue;
      const version = extensions.readModelVersion ?? 0;
      expect(shown.get(version) ?? data.coins.nodes).toEqual(data.coins.nodes);
      shown.set(version, data.coins.nodes);
    }
  })();
  for (let step = 1; step <= steps; step += 1) {
    const before = shown.size;
    await appendStep(step);
    if (step % 5 === 0) await passOver(step - 2);
    // The two steps after a decision come while it is carried out.
    if (step % 5 > 2) await waitFor('it is shown', () => shown.size > before);
  }
  await waitFor('the read model obeys every decision', async () => {
    await projector.catchUpTo(await readHeads(database.sql));
    return projector.obeysDecisions();
  });
  isOver = true;
  await looking;

  const swaps = await database.sql`select 1 from control.shown where withdrawn > 0 or introduced > 0`;
  expect(swaps.length).toBeGreaterThan(0);
  const times = await database.sql<{ version: number; at: Date; until: Date | null }[]>`
    select version, date_trunc('milliseconds', shown_at) + interval '1 millisecond' as at,
      lead(shown_at) over (order by version) as until
    from control.shown order by version`;
  let compared = 0;
  for (const { version, at, until } of times) {
    const seen = shown.get(version);
    // Shown for less than a millisecond, or never looked at.
    if (seen === undefined || (until !== null && until <= at)) continue;
    const { data, errors } = await api.ask<Coins>(
      `{ coins(first: 50, orderBy: { field: NAME }, knownAt: "${at.toISOString()}") { nodes { ${fields} } } }`,
    );
    expect(errors).toEqual([]);
    expect({ version, coins: data.coins.nodes }).toEqual({ version, coins: seen });
    compared += 1;
  }
  expect(compared).toBeGreaterThan(10);
  await expectRebuildEqualsLive(database);
});
