import { afterAll, beforeAll, expect, it } from 'vitest';
import { rebuild } from '../../src/projector/rebuild.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendRun } from '../support/events.ts';
import { expectRebuildEqualsLive, projectAll, testFolds } from '../support/project.ts';
import { coingeckoRun, hoursAgo, marketCoin } from './market-data.ts';
import { createRestApp } from './support.ts';

interface Body {
  data: { id: string }[];
  pagination: { total_records: number; next_cursor: string | null };
}

const coins = 60;
let database: TestDatabase;
let runs = 0;

/** A row for each coin, on top of all others. */
async function commitRows(): Promise<void> {
  runs += 1;
  const page = Array.from({ length: coins }, (_, coin) =>
    marketCoin(`coin-${coin}`, `c${coin}`, `Coin ${coin}`, {
      current_price: runs,
      last_updated: hoursAgo(30 - runs).toISOString(),
    }),
  );
  await appendRun(
    database.sql,
    coingeckoRun({ runId: `run-${runs}`, startedAt: hoursAgo(5), pages: [JSON.stringify(page)] }),
  );
  await projectAll(database);
}

beforeAll(async () => {
  database = await createTestDatabase();
  for (let run = 0; run < 5; run += 1) await commitRows();
});
afterAll(async () => {
  await expectRebuildEqualsLive(database);
  await database.close();
});

const versionNow = async (): Promise<number> => {
  const [row] = await database.sql<{ version: number }[]>`select version from read.read_model`;
  return row?.version ?? 0;
};

it('every page is one of the history as it was at its version, while rows are recorded and a rebuild is swapped in', async () => {
  const app = createRestApp(database);
  const pages: { version: number; first: number; limit: number; body: Body }[] = [];
  let visible = await versionNow();
  let done = false;

  async function ask(url: string): Promise<{ version: number; body: Body }> {
    const least = visible;
    const response = await app.inject(url);
    expect(response.statusCode).toBe(200);
    const version = Number(response.headers['x-read-model-version']);
    expect(version).toBeGreaterThanOrEqual(least);
    return { version, body: response.json<Body>() };
  }

  async function walk(client: number): Promise<void> {
    // Each in steps of its own, so that few answers are kept ones and their rows lie across blocks in every way.
    for (let round = 0; !done; round += 1) {
      const limit = 20 + ((client * 7 + round * 13) % 90);
      const page = 1 + ((round + client) % 4);
      const asked = await ask(`/data?limit=${limit}&page=${page}`);
      pages.push({ ...asked, first: (page - 1) * limit, limit });
      const cursor = asked.body.pagination.next_cursor;
      if (cursor === null) continue;
      const { id } = asked.body.data.at(-1) ?? { id: '' };
      const next = await ask(`/data?limit=${limit}&after=${cursor}`);
      behind.push({ id, next: next.body.data[0]?.id });
    }
  }

  const behind: { id: string; next: string | undefined }[] = [];
  const totals = new Map<number, number>([[visible, runs * coins]]);
  const clients = Array.from({ length: 8 }, (_, client) => walk(client));
  for (let commit = 0; commit < 15; commit += 1) {
    await commitRows();
    if (commit === 7) await rebuild({ ...testFolds, sql: database.sql, holder: crypto.randomUUID() });
    visible = await versionNow();
    totals.set(visible, runs * coins);
  }
  done = true;
  await Promise.all(clients);
  await app.close();

  const history = await database.sql<{ id: string }[]>`
    select id from read.snapshot order by processed_at desc, id desc`;
  const ids = history.map(({ id }) => id);
  expect(ids).toHaveLength(runs * coins);
  for (const { version, first, limit, body } of pages) {
    const { total_records: total } = body.pagination;
    expect(total).toBe(totals.get(version) ?? total);
    const asOf = ids.slice(ids.length - total);
    expect(body.data.map(({ id }) => id)).toEqual(asOf.slice(first, first + limit));
  }
  for (const { id, next } of behind) expect(next).toBe(ids[ids.indexOf(id) + 1]);
  expect(new Set(pages.map(({ version }) => version)).size).toBeGreaterThan(5);
  expect(pages.length).toBeGreaterThan(100);
}, 120_000);
