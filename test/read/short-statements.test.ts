import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect, type Queryable, type Sql } from '../../src/database/client.ts';
import { readAnomaliesById } from '../../src/read/graphql/anomalies.ts';
import { resolveCoinIds } from '../../src/read/graphql/coin-ids.ts';
import { readCoinsById } from '../../src/read/graphql/coins.ts';
import { readDriftsById } from '../../src/read/graphql/drifts.ts';
import { readAliases, readLinks } from '../../src/read/graphql/links.ts';
import { readQuotes } from '../../src/read/graphql/quotes.ts';
import { readSnapshotsById } from '../../src/read/graphql/snapshots.ts';
import { readRunsById } from '../../src/read/runs.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { projectAll } from '../support/project.ts';
import { rowsLookedAt, type Asked } from '../support/rows-looked-at.ts';

const coins = 4_000;
let database: TestDatabase;
let sql: Sql;
let asked: Asked | null = null;

beforeAll(async () => {
  database = await createTestDatabase();
  await projectAll(database);
  await database.owner`
    insert into read.coin (coin_id, name, linked_sources, method, quotes_used, quotes_total, changed_version)
    select 'c' || n, 'n' || n, 1, 'only', 1, 1, 1 from generate_series(1, ${coins}) n`;
  await database.owner`
    insert into read.coin_alias (alias, coin_id) select 'old' || n, 'c' || n from generate_series(1, ${coins}) n`;
  await database.owner`
    insert into read.identity_link (source, source_coin_id, coin_id, method, confidence_percent, evidence, authority, decided_at,
      stream, version)
    select 'coingecko', 's' || n, 'c' || n, 'id', 100, '{}', 1, now(), 'identity', n from generate_series(1, ${coins}) n`;
  await database.owner`
    insert into read.quote (snapshot_id, source, source_coin_id, quote_currency, price, observed_at, observed_at_basis,
      stream, version, record_index, processed_at)
    select gen_random_uuid(), 'coingecko', 's' || n, 'USD', n, now(), 'source', 'coingecko.markets', 1, n, now()
    from generate_series(1, ${coins}) n`;
  await database.owner`analyze`;
  const reader = { max: 1, name: 'test short', role: 'coinlog_app', readOnly: true, planOnce: true } as const;
  sql = connect(database.app, reader);
  sql.options.debug = (_connection, query, parameters) => {
    if (/^\s*select/.test(query) && query.includes('read.')) asked = { query, parameters };
  };
});
afterAll(async () => {
  await sql.end();
  await database.close();
});

const ids = Array.from({ length: 250 }, (_, place) => `c${place + 1}`);

// All that is read by shared connections, whose plans are made once for all values.
const shortStatements: [string, (reader: Queryable) => Promise<unknown>][] = [
  ['coins by id', (reader) => readCoinsById(reader, ids)],
  ['quotes of coins', (reader) => readQuotes(reader, ids)],
  ['links of coins', (reader) => readLinks(reader, ids)],
  ['aliases of coins', (reader) => readAliases(reader, ids)],
  ['coins that ids lead to', (reader) => resolveCoinIds(reader, ids, ['coingecko', 'csv'])],
];

it.each(shortStatements)('%s are looked up, however many others there are', async (_name, read) => {
  await read(sql);
  // A look-up of each table for each coin; a walk through one of them is 4,000 rows.
  expect(await rowsLookedAt(sql, asked)).toBeLessThanOrEqual(ids.length * 3);
});

it('runs, drifts, anomalies and snapshots are looked up by their own ids', async () => {
  const unknown = crypto.randomUUID();
  // They are empty here, which is best walked through: whether there is an index shows when that costs more than anything.
  await sql`set enable_seqscan = off`;
  for (const read of [readRunsById, readDriftsById, readAnomaliesById, readSnapshotsById]) {
    await read(sql, [unknown]);
    const plan = await sql.unsafe<{ 'QUERY PLAN': string }[]>(`explain (generic_plan) ${asked?.query}`);
    expect(plan.map((line) => line['QUERY PLAN']).join('\n'), read.name).toMatch(/Index.*Scan/);
  }
});
