import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expireHistory } from '../../src/control/history-decisions.ts';
import { readHeads } from '../../src/log/read.ts';
import { createProjector } from '../../src/projector/projector.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { createTestApi, type TestApi } from '../graphql/support.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendRun } from '../support/events.ts';
import { expectRebuildEqualsLive, projectAll, testFolds } from '../support/project.ts';
import { waitFor } from '../support/wait-for.ts';

let database: TestDatabase;
let api: TestApi;
beforeEach(async () => {
  database = await createTestDatabase();
  api = await createTestApi(database, { now: () => new Date() });
  await appendPage([coin('bitcoin', 1, '2026-01-05'), coin('dead', 7, '2026-01-07')]);
  await appendPage([
    coin('bitcoin', 2, '2026-02-05'),
    coin('dead', 8, '2026-01-07'),
    coin('ether', 5, '2026-02-06'),
  ]);
  await appendPage([coin('bitcoin', 3, '2026-03-05'), coin('ether', 6, '2026-03-06')]);
  await projectAll(database);
});
afterEach(async () => {
  await api.close();
  await projectAll(database);
  await expectRebuildEqualsLive(database);
  await database.close();
});

const coin = (id: string, price: number, day: string) => ({
  id,
  symbol: id,
  name: id,
  current_price: price,
  last_updated: `${day}T12:00:00Z`,
});
let runs = 0;
async function appendPage(coins: object[]): Promise<void> {
  runs += 1;
  await appendRun(database.sql, {
    stream: 'coingecko.markets',
    runId: `run_${runs}`,
    startedAt: new Date(Date.UTC(2026, 10, 20, 12, runs)),
    params: { vs_currency: 'usd' },
    pages: [JSON.stringify(coins)],
  });
}
const expire = (day: string) =>
  expireHistory(database.sql, new Date(`${day}T00:00:00Z`), { actor: 'test', reason: 'disk' }, new Date());

const kept = async (): Promise<string[]> => {
  const rows = await database.sql<{ row: string }[]>`
    select source_coin_id || ' ' || to_char(observed_at, 'YYYY-MM-DD') || ' ' || price as row
    from read.snapshot order by source_coin_id, observed_at`;
  return rows.map(({ row }) => row);
};
const runCounts = async () =>
  database.sql`select run_id, accepted, revised, duplicates, skipped from read.run order by started_at`;

describe('a history that an operator lets expire', () => {
  it('keeps what is younger, and of each coin the newest from before with what was said of it', async () => {
    await expire('2026-03-01');
    await projectAll(database);
    expect(await kept()).toEqual([
      'bitcoin 2026-02-05 2',
      'bitcoin 2026-03-05 3',
      'dead 2026-01-07 8',
      'ether 2026-02-06 5',
      'ether 2026-03-06 6',
    ]);
    const revised = await database.sql`select source_coin_id, price from read.snapshot_revision`;
    expect([...revised]).toEqual([{ sourceCoinId: 'dead', price: '7' }]);
  });

  it('leaves the counts of runs and the live quotes as they were', async () => {
    const [counts, quotes] = [
      await runCounts(),
      await database.sql`select * from read.quote order by source_coin_id`,
    ];
    await expire('2026-03-01');
    await projectAll(database);
    expect(await runCounts()).toEqual(counts);
    expect(await database.sql`select * from read.quote order by source_coin_id`).toEqual(quotes);
  });

  it('takes no older observation any more, live or by a rebuild: such a record is skipped', async () => {
    await expire('2026-03-01');
    await projectAll(database);
    const before = await kept();
    await appendPage([
      coin('bitcoin', 9, '2026-02-20'),
      coin('dead', 8, '2026-01-07'),
      coin('new', 1, '2025-12-01'),
      coin('ether', 7, '2026-03-07'),
    ]);
    await projectAll(database);
    expect(await kept()).toEqual([...before, 'ether 2026-03-07 7'].sort());
    const [last] = (await runCounts()).slice(-1);
    expect(last).toMatchObject({ accepted: 1, skipped: 3 });
    await expectRebuildEqualsLive(database);
  });

  it('can be cut again later; a rebuild obeys both decisions', async () => {
    await expire('2026-02-01');
    await projectAll(database);
    await appendPage([coin('bitcoin', 2.5, '2026-02-07')]);
    await projectAll(database);
    await expire('2026-03-01');
    await projectAll(database);
    expect(await kept()).toContain('bitcoin 2026-02-07 2.5');
    expect(await kept()).not.toContain('bitcoin 2026-02-05 2');
  });

  it('is no correction: nothing of what went is noted as taken back', async () => {
    await expire('2026-03-01');
    await projectAll(database);
    expect(await database.sql`select 1 from control.correction`).toEqual([]);
  });

  it('tells the past from there on, and says so for what is before', async () => {
    await expire('2026-03-01');
    await projectAll(database);
    const at = (time: string) =>
      api.ask<{ coin: { priceUsd: number } | null }>(
        `{ coin(id: "coingecko:bitcoin", asOf: "${time}") { priceUsd } }`,
      );
    expect((await at('2026-03-01T00:00:00Z')).data.coin?.priceUsd).toBe(2);
    const early = await at('2026-02-28T00:00:00Z');
    expect(early.errors[0]).toMatchObject({
      message: /2026-03-01/,
      extensions: { code: 'HISTORY_EXPIRED' },
    });
    const { errors } = await api.ask(
      `{ coin(id: "coingecko:bitcoin") { history(from: "2026-01-01T00:00:00Z", to: "2026-04-01T00:00:00Z", interval: D1) { start } } }`,
    );
    expect(errors[0]).toMatchObject({ extensions: { code: 'HISTORY_EXPIRED' } });
  });

  it('is decided by the writer where the configuration asks for it, once', async () => {
    const projector = createProjector({
      ...testFolds,
      sql: database.sql,
      holder: crypto.randomUUID(),
      log: silentLogger,
      keptFrom: () => new Date('2026-03-01T00:00:00Z'),
    });
    projector.follow();
    await waitFor('older observations are gone', async () => (await kept()).length === 5);
    await projector.close();
    const decided = await database.sql`select 1 from log.event where type = 'history.expired'`;
    expect(decided).toHaveLength(1);
    expect((await readHeads(database.sql)).get('operator')).toBe(1);
  });
});
