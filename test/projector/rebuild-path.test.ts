import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Transaction } from '../../src/database/client.ts';
import { skipEvent } from '../../src/control/skip-decisions.ts';
import { copyJson } from '../../src/projections/copy-target.ts';
import { createStaging, stagedColumns, staging } from '../../src/projections/records/staged.ts';
import { copyRows, CopyFailed } from '../../src/projector/copy-rows.ts';
import { rebuild } from '../../src/projector/rebuild.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendRun } from '../support/events.ts';
import { expectRebuildEqualsLive, projectAll, testFolds } from '../support/project.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.close());

const gecko = (id: string, price: number, minute: number, more: object = {}) => ({
  id,
  symbol: id,
  name: `Coin\t${id} \\N "é"\n`,
  image: `https://img.example/${id}\\n.png`,
  current_price: price,
  last_updated: new Date(Date.UTC(2026, 10, 20, 10, minute)).toISOString(),
  ...more,
});
const paprika = (id: string, price: number, minute: number) => ({
  id,
  symbol: id,
  name: id,
  rank: 1,
  last_updated: new Date(Date.UTC(2026, 10, 20, 10, minute)).toISOString(),
  quotes: { USD: { price }, EUR: { price: price * 0.9 } },
});

const sources = {
  coingecko: { stream: 'coingecko.markets', params: { vs_currency: 'usd' } },
  euros: { stream: 'coingecko.markets', params: { vs_currency: 'eur' } },
  coinpaprika: { stream: 'coinpaprika.tickers', params: { quotes: 'USD,EUR' } },
};
let runs = 0;
async function appendPages(source: keyof typeof sources, pages: (object[] | string)[]): Promise<void> {
  runs += 1;
  await appendRun(database.sql, {
    ...sources[source],
    runId: `run_${runs}`,
    startedAt: new Date(Date.UTC(2026, 10, 20, 12, runs)),
    pages: pages.map((page) => (typeof page === 'string' ? page : JSON.stringify(page))),
  });
}

/** Several sources and currencies, a repeated coin, rejected and revised records, times out of order, a changed field. */
async function appendMixedLog(): Promise<void> {
  await appendPages('coingecko', [
    [gecko('a', 1, 5), gecko('b', 2, 5), { id: 'broken' }],
    [gecko('b', 3, 6), gecko('c', 4, 5)],
  ]);
  await appendPages('coinpaprika', [[paprika('p', 7, 5), paprika('q', 8, 5), { id: 'none' }]]);
  await appendPages('coingecko', [
    [gecko('a', 9, 5), gecko('c', 5, 1), gecko('d', 6, 9), gecko('a', 10, 5)],
    'no list',
  ]);
  await appendPages('euros', [[gecko('a', 0.8, 7), gecko('e', 0.7, 7)]]);
  await appendPages('coinpaprika', [[paprika('p', 6, 2), paprika('q', 9, 5)]]);
  await appendPages('coingecko', [
    [gecko('a', 11, 8, { new_field: 1 }), gecko('b', 2, 5, { new_field: 'x' })],
  ]);
}

describe('a rebuild', () => {
  it('equals what live following made of a mixed log, in every row of every table', async () => {
    await appendMixedLog();
    await projectAll(database);
    const [counts] = await database.sql`
      select sum(revised) as revised, sum(rejected) as rejected, sum(duplicates) as duplicates from read.run`;
    expect(Object.values(counts ?? {}).map(Number)).not.toContain(0);
    expect(await database.sql`select 1 from read.dead_letter`).toHaveLength(1);
    expect(await database.sql`select 1 from read.drift`).not.toHaveLength(0);
    await expectRebuildEqualsLive(database);
  });

  it('goes on live, after a skipped event and with a record in every commit, to the same rows', async () => {
    await appendMixedLog();
    await projectAll(database);
    const [dead] = await database.sql<{ stream: string; version: number }[]>`
      select stream, version from read.dead_letter`;
    if (!dead) throw new Error('no dead letter');
    await skipEvent(
      database.sql,
      dead.stream,
      dead.version,
      { actor: 'test', reason: 'no list' },
      new Date(),
    );
    const limits = { records: 1, events: 1, payloadBytes: 1 };
    await rebuild({ ...testFolds, limits, sql: database.sql, holder: 'rebuild' });
    await expectRebuildEqualsLive(database);
    await appendMixedLog();
    await projectAll(database);
    await expectRebuildEqualsLive(database);
  });
});

const row = (values: Record<number, string>): string =>
  `${stagedColumns.map((_, index) => values[index] ?? '\\N').join('\t')}\n`;
/** Takes what a task did to the staging back. */
const inStaging = <T>(task: (tx: Transaction) => Promise<T>): Promise<T> =>
  database.sql.begin(async (tx) => {
    await tx.unsafe(createStaging);
    return task(tx);
  }) as Promise<T>;

describe('staging by COPY', () => {
  it('never waits for ever on a row that PostgreSQL refuses, and leaves the connection usable', async () => {
    for (const lines of [1, 20_000]) {
      const rows = [...Array.from({ length: lines }, () => row({ 1: 'a' })), row({ 6: 'no number' })].join(
        '',
      );
      const refused = inStaging((tx) => copyRows(tx, staging.copy, [rows]));
      await expect(refused).rejects.toThrow(/COPY failed|invalid input/);
      expect(await database.sql`select 1 as one`).toEqual([{ one: 1 }]);
    }
    await expect(inStaging((tx) => copyRows(tx, staging.copy, [row({ 6: 'x' })]))).rejects.toThrow(
      CopyFailed,
    );
  });

  it('stages the same row as the insert that says why a row is refused', async () => {
    const rows = row({ 1: 'a', 5: 'b\\tc\\\\N\\n', 6: '6.73e-11' });
    const staged = await inStaging(async (tx) => {
      await copyRows(tx, staging.copy, [rows]);
      await tx.unsafe(staging.insert, [copyJson(rows)]);
      return tx`select source, name, price, rank from staged`;
    });
    const expected = { source: 'a', name: 'b\tc\\N\n', price: '0.0000000000673', rank: null };
    expect([...staged]).toEqual([expected, expected]);
    await expect(
      inStaging((tx) => tx.unsafe(staging.insert, [copyJson(row({ 6: 'x' }))])),
    ).rejects.toMatchObject({ code: '22P02' });
  });
});
