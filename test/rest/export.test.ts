import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parseString } from 'fast-csv';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendRun } from '../support/events.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';
import { waitFor } from '../support/wait-for.ts';
import { coingeckoRun, coinpaprikaRun, hoursAgo, marketCoin, tickerCoin } from './market-data.ts';
import { createRestApp } from './support.ts';

// What is only not collected yet is not held.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heldBytes(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

let database: TestDatabase;
let app: FastifyInstance;
// Exact to the last digit, where a double has none.
const exactPrice = '0.12345678901234567890123';
let knownAfterFirst: string;

const shownNow = async (): Promise<string> => {
  const [row] = await database.sql<{ shownAt: Date }[]>`
    select shown_at from control.shown order by version desc limit 1`;
  // It is kept in microseconds.
  return new Date((row?.shownAt ?? new Date()).getTime() + 1).toISOString();
};

beforeAll(async () => {
  database = await createTestDatabase();
  const bitcoin = (hours: number, price: string) =>
    JSON.stringify([
      marketCoin('bitcoin', 'btc', 'Bitcoin, "digital"\nmoney', {
        last_updated: hoursAgo(hours).toISOString(),
      }),
    ]).replace('"current_price":1,', `"current_price":${price},`);
  // A run each: in one run the same coin again would be a page that moved.
  const tell = (hours: number, price: string, startedAt: Date) =>
    appendRun(
      database.sql,
      coingeckoRun({ runId: `g${hours}-${startedAt.getTime()}`, startedAt, pages: [bitcoin(hours, price)] }),
    );
  await tell(30, '100', hoursAgo(29));
  await tell(20, '200', hoursAgo(19));
  await tell(10, exactPrice, hoursAgo(9));
  await projectAll(database);
  knownAfterFirst = await shownNow();
  // The second observation is told otherwise, and there is a further one.
  await tell(20, '222', hoursAgo(4.5));
  await tell(5, '300', hoursAgo(4));
  const tickers = JSON.stringify([
    tickerCoin('eth-ethereum', 'ETH', 'Ethereum', { price: 2 }),
    tickerCoin('=formula', 'F', '', { price: 2 }),
  ]);
  await appendRun(database.sql, coinpaprikaRun({ runId: 'p1', startedAt: hoursAgo(3), pages: [tickers] }));
  await projectAll(database);
  // What was shown when is told by the clock of the test's own machine.
  app = createRestApp(database, { now: () => new Date() });
});
afterAll(async () => {
  await app.close();
  await expectRebuildEqualsLive(database);
  await database.close();
});

interface Line {
  source: string;
  source_coin_id: string;
  coin_id: string;
  name: string;
  price: number;
  observed_at: string;
}
const read = async (query: string) => app.inject(`/export/snapshots.ndjson?${query}`);
const lines = async (query: string): Promise<Line[]> =>
  (await read(query)).body
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const prices = async (query: string) => (await lines(query)).map(({ price }) => price);

describe('an export', () => {
  it('has every row of the history, coin by coin, oldest first, with all digits', async () => {
    const { body, headers } = await read('');
    expect(headers).toMatchObject({
      'content-type': 'application/x-ndjson; charset=utf-8',
      'content-disposition': 'attachment; filename="snapshots.ndjson"',
      'cache-control': 'no-store',
    });
    expect(body).toContain(`"price":${exactPrice},`);
    expect((await lines('')).map((line) => [line.source, line.source_coin_id, line.price])).toEqual([
      ['coingecko', 'bitcoin', 100],
      ['coingecko', 'bitcoin', 222],
      ['coingecko', 'bitcoin', Number(exactPrice)],
      ['coingecko', 'bitcoin', 300],
      ['coinpaprika', '=formula', 2],
      ['coinpaprika', 'eth-ethereum', 2],
    ]);
  });

  it('as CSV has the same rows, whatever is in a cell', async () => {
    const { body, headers } = await app.inject('/api/v1/export/snapshots.csv');
    expect(headers['content-type']).toBe('text/csv; charset=utf-8');
    const rows: Record<string, string>[] = [];
    for await (const row of parseString(body, { headers: true })) rows.push(row);
    const told = (await lines('')).map(({ name, price }) => [
      name,
      price === Number(exactPrice) ? exactPrice : String(price),
    ]);
    expect(rows.map(({ name, price }) => [name, price])).toEqual(told);
    expect(told[0]?.[0]).toBe('Bitcoin, "digital" money');
  });

  it('takes a coin by any of its ids, a source and a span of time', async () => {
    expect(await prices('coin=coingecko:bitcoin')).toHaveLength(4);
    expect(await prices('coin=bitcoin&source=coinpaprika')).toEqual([]);
    expect(await prices('source=coinpaprika')).toEqual([2, 2]);
    const [from, to] = [hoursAgo(20), hoursAgo(10)];
    expect(await prices(`coin=bitcoin&from=${from.toISOString()}&to=${to.toISOString()}`)).toEqual([
      222,
      Number(exactPrice),
    ]);
    expect(await prices(`coin=bitcoin&from=${Math.ceil(to.getTime() / 1000)}`)).toEqual([300]);
  });

  it('shows the market as it was, and as it was known', async () => {
    expect(await prices(`coin=bitcoin&as_of=${hoursAgo(20).toISOString()}`)).toEqual([100, 222]);
    expect(await prices(`known_at=${knownAfterFirst}`)).toEqual([100, 200, Number(exactPrice)]);
    expect(await prices(`known_at=${knownAfterFirst}&as_of=${hoursAgo(20).toISOString()}`)).toEqual([
      100, 200,
    ]);
  });

  it.each([
    ['coin=nobody', 404, 'COIN_NOT_FOUND'],
    ['coin=%00', 404, 'COIN_NOT_FOUND'],
    ['source=nobody', 400, 'BAD_USER_INPUT'],
    ['from=yesterday', 422, 'BAD_USER_INPUT'],
    ['as_of=2999-01-01', 400, 'USAGE'],
    ['known_at=2000-01-01', 200, null],
  ])('%s is %d %s', async (query, status, code) => {
    const response = await read(query);
    expect(response.statusCode).toBe(status);
    if (code !== null) expect(response.json()).toMatchObject({ code });
    else expect(response.body).toBe('');
  });

  it('HEAD tells what there would be, and reads none of it', async () => {
    const { statusCode, body, headers } = await app.inject({ method: 'HEAD', url: '/export/snapshots.csv' });
    expect({ statusCode, body }).toEqual({ statusCode: 200, body: '' });
    expect(headers['content-type']).toBe('text/csv; charset=utf-8');
  });
});

describe('a large export', () => {
  const rows = 20_000;
  let large: TestDatabase;
  let served: FastifyInstance;
  let port: number;
  beforeAll(async () => {
    large = await createTestDatabase();
    large.leaveUncompared('its history is filled without events');
    await appendRun(
      large.sql,
      coingeckoRun({
        runId: 'seed',
        startedAt: hoursAgo(1),
        pages: [JSON.stringify([marketCoin('bitcoin', 'btc', 'Bitcoin')])],
      }),
    );
    await projectAll(large);
    // One row many times over: folding as many would take a minute.
    await large.owner.unsafe(`
      create temporary table many as select * from read.snapshot;
      insert into read.snapshot select (json_populate_record(m, json_build_object(
        'id', gen_random_uuid(), 'observed_at', m.observed_at - n * interval '1 minute',
        'name', repeat('Bitcoin ', 20)))).*
      from many m, generate_series(1, ${rows - 1}) n;
      analyze read.snapshot`);
    served = createRestApp(large, { now: () => new Date() });
    await served.listen({ host: '127.0.0.1', port: 0 });
    port = (served.server.address() as AddressInfo).port;
  });
  afterAll(async () => {
    await served.close();
    await large.close();
  });

  const open = (): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const asked = httpRequest({ port, path: '/export/snapshots.ndjson' }, resolve);
      asked.on('error', reject).end();
    });

  /** Connections of the API that have a transaction open. */
  const inTransaction = async (): Promise<number> => {
    const [row] = await large.owner<{ sessions: string }[]>`
      select count(*) as sessions from pg_stat_activity
      where datname = current_database() and application_name = 'test read' and state <> 'idle'`;
    return Number(row?.sessions);
  };

  it('has every row once, in order, over many pages', async () => {
    const seen: string[] = [];
    for await (const line of createInterface({ input: await open() }))
      seen.push(JSON.parse(line).observed_at);
    expect(seen).toHaveLength(rows);
    expect(seen).toEqual([...new Set(seen)].sort());
  });

  it('to a reader that has stopped reading it holds a few pages, and nothing in the database', async () => {
    const before = heldBytes();
    const readers = await Promise.all(Array.from({ length: 5 }, open));
    for (const reader of readers) reader.pause();
    await waitFor('nothing is read for them any more', async () => (await inTransaction()) === 0);
    // Five times 18 MB would be written for them.
    expect(heldBytes() - before).toBeLessThan(40_000_000);
    // All of them can be there and a data route still has its connections.
    expect((await served.inject('/data?limit=1')).statusCode).toBe(200);
    const lengths = await Promise.all(
      readers.map(async (reader) => {
        let count = 0;
        for await (const _line of createInterface({ input: reader })) count += 1;
        return count;
      }),
    );
    expect(lengths).toEqual(Array.from({ length: 5 }, () => rows));
  });

  it('ends for a client that has left, and is cut off where the database fails', async () => {
    const reader = await open();
    reader.destroy();
    await waitFor('nothing is read for it any more', async () => (await inTransaction()) === 0);
    const cut = await open();
    await large.owner`alter table read.snapshot rename to snapshot_away`;
    const error = await (async () => {
      for await (const chunk of cut) expect(chunk).toBeDefined();
    })().catch((thrown: unknown) => thrown);
    await large.owner`alter table read.snapshot_away rename to snapshot`;
    expect(error).toMatchObject({ code: 'ECONNRESET' });
  });

  it('is of one version, though another one is written meanwhile', async () => {
    const reader = await open();
    const text = createInterface({ input: reader })[Symbol.asyncIterator]();
    await text.next();
    const bitcoin = marketCoin('bitcoin', 'btc', 'Bitcoin', { current_price: 77 });
    await appendRun(
      large.sql,
      coingeckoRun({ runId: 'late', startedAt: hoursAgo(0.5), pages: [JSON.stringify([bitcoin])] }),
    );
    await projectAll(large);
    let last = '';
    let count = 1;
    for (let next = await text.next(); next.done !== true; next = await text.next()) {
      last = next.value;
      count += 1;
    }
    expect(count).toBe(rows);
    // The newest observation was told otherwise while it ran.
    expect(JSON.parse(last)).toMatchObject({ price: 1 });
    expect((await served.inject('/export/snapshots.ndjson')).body).toContain('"price":77,');
  });
});
