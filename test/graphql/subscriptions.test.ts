import { createConnection } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { rebuild } from '../../src/projector/rebuild.ts';
import { createRateLimit } from '../../src/api/http/rate-limit.ts';
import { connect, type Sql } from '../../src/database/client.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { expectRebuildEqualsLive, testFolds } from '../support/project.ts';
import { waitFor } from '../support/wait-for.ts';
import { commitMarket, fillMarket, marketCoin } from './market.ts';
import { createSocketClient, listenOn, type SocketClient } from './socket.ts';
import { createTestApi, type TestApi } from './support.ts';

interface Changed {
  coinsChanged: {
    version: number;
    resync: boolean;
    removedIds: string[];
    coins: { id: string; priceUsd: number }[];
  };
}
const fields = '{ version resync removedIds coins { id priceUsd } }';
const key = 'a-key-for-administration';

let database: TestDatabase;
let api: TestApi;
let url: string;
let socket: SocketClient;
let readSql: Sql;
const statements: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  await fillMarket(database);
  readSql = connect(database.app, { max: 10, name: 'test read', role: 'coinlog_app', readOnly: true });
  readSql.options.debug = (_connection, query) => void statements.push(query);
  api = await createTestApi({ readSql });
  url = await listenOn(api);
  socket = createSocketClient(url);
});
afterAll(async () => {
  await socket.close();
  await api.close();
  await readSql.end();
  await expectRebuildEqualsLive(database);
  await database.close();
});

let commits = 0;
function commit(prices: Record<string, number>): Promise<number> {
  commits += 1;
  return commitMarket(
    database,
    commits,
    Object.entries(prices).map(([id, price]) => marketCoin(id, { current_price: price })),
  );
}

const follow = (args: string) => socket.subscribe<Changed>(`subscription { coinsChanged${args} ${fields} }`);

describe('coinsChanged', () => {
  it('tells the version first, then each commit that touched a coin that is followed, once', async () => {
    const listener = follow('(ids: ["coingecko.dust", "coingecko:ether"])');
    const [first] = await listener.received(1);
    expect(first?.data.coinsChanged).toMatchObject({ resync: false, coins: [], removedIds: [] });
    const version = await commit({ dust: 2, fifty: 3 });
    await listener.received(2);
    await commit({ fifty: 4 });
    const last = await commit({ ether: 5, dust: 6 });
    const messages = await listener.received(3);
    expect(messages[1]?.data.coinsChanged).toEqual({
      version,
      resync: false,
      removedIds: [],
      coins: [{ id: 'coingecko.dust', priceUsd: 2 }],
    });
    expect(messages[1]?.extensions?.readModelVersion).toBe(version);
    const { coins, version: told } = messages[2]?.data.coinsChanged ?? { coins: [], version: 0 };
    expect(told).toBe(last);
    expect(coins.map(({ id }) => id).sort()).toEqual(['coingecko.dust', 'coingecko.ether']);
    listener.stop();
  });

  it('goes on from the version of the last message after a disconnect, and misses nothing', async () => {
    const version = await commit({ dust: 10 });
    await commit({ dust: 11 });
    await commit({ ether: 12 });
    const listener = follow(`(ids: ["coingecko.dust", "coingecko.ether"], afterVersion: ${version})`);
    const [first, missed] = await listener.received(2);
    expect(first?.data.coinsChanged).toMatchObject({ coins: [], resync: false });
    const prices = Object.fromEntries(
      missed?.data.coinsChanged.coins.map(({ id, priceUsd }) => [id, priceUsd]) ?? [],
    );
    expect(prices).toEqual({ 'coingecko.dust': 11, 'coingecko.ether': 12 });
    listener.stop();
  });

  it('asks to begin anew after a swap, for a version before one, and for one that is still to come', async () => {
    const listener = follow('(ids: ["coingecko.dust"])');
    const [first] = await listener.received(1);
    await rebuild({ ...testFolds, sql: database.sql, holder: crypto.randomUUID() });
    const [, swapped] = await listener.received(2);
    expect(swapped?.data.coinsChanged).toMatchObject({ resync: true, coins: [] });
    listener.stop();
    for (const after of [first?.data.coinsChanged.version ?? 0, 1_000_000]) {
      const [told] = await follow(`(ids: ["coingecko.dust"], afterVersion: ${after})`).received(1);
      expect(told?.data.coinsChanged.resync).toBe(true);
    }
  });

  it('without ids follows those that meet the filter, and tells of those that meet it no more', async () => {
    await commit({ fifty: 50, under: 1 });
    const listener = follow('(filter: { minPriceUsd: 40, maxPriceUsd: 60 })');
    await listener.received(1);
    await commit({ fifty: 41, under: 45 });
    const [, changed] = await listener.received(2);
    expect(changed?.data.coinsChanged.coins).toEqual([{ id: 'coingecko.fifty', priceUsd: 41 }]);
    await commit({ fifty: 100 });
    const [, , left] = await listener.received(3);
    expect(left?.data.coinsChanged).toMatchObject({ coins: [], removedIds: ['coingecko.fifty'] });
    listener.stop();
  });

  it('asks the database once for a commit, however many subscribe', async () => {
    const subscribers = 60;
    const listeners = Array.from({ length: subscribers }, (_, place) =>
      socket.subscribe<Changed>(
        `subscription { coinsChanged(ids: ["coingecko.dust", "coingecko.${place % 2 ? 'ether' : 'fifty'}"]) { version coins { id priceUsd quotes { price } } } }`,
      ),
    );
    // One connection bears so many only.
    const other = createSocketClient(url);
    const more = Array.from({ length: 40 }, () =>
      other.subscribe<Changed>(`subscription { coinsChanged(ids: ["coingecko.dust"]) ${fields} }`),
    );
    const all = [...listeners.slice(0, 45), ...more];
    for (const listener of all) await listener.received(1);
    for (const listener of listeners.slice(45)) listener.stop();
    statements.length = 0;
    await commit({ dust: 77 });
    for (const listener of all) await listener.received(2);
    const asked = statements.filter((statement) => /read\.coin|read\.quote/.test(statement));
    // The coins that have changed, and their quotes.
    expect(asked.length).toBeLessThanOrEqual(2);
    for (const listener of all) listener.stop();
    await other.close();
  });
});

describe('runChanged', () => {
  it('tells of each run that begins or ends, of one source where one is named', async () => {
    const query = 'subscription ($s: String) { runChanged(source: $s) { id status source } }';
    const listener = socket.subscribe<{ runChanged: { id: string; source: string } }>(query, {
      s: 'coingecko',
    });
    const none = socket.subscribe<{ runChanged: object }>(query, { s: 'csv' });
    // It says nothing at first: that it listens shows in what follows.
    const probe = follow('(ids: ["coingecko.dust"])');
    await probe.received(1);
    await commit({ dust: 8 });
    const messages = await listener.received(1);
    expect(messages[0]?.data.runChanged).toMatchObject({ id: `run:market-${commits}`, source: 'coingecko' });
    expect(none.messages).toEqual([]);
    for (const each of [listener, none, probe]) each.stop();
  });
});

describe('over WebSocket', () => {
  it.each([
    ['a syntax error', '{', 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', 'subscription { nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'more aliases than allowed',
      `{ coins { nodes { ${Array.from({ length: 101 }, (_, n) => `a${n}: id`).join(' ')} } } }`,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'what costs too much',
      '{ coins(first: 250) { nodes { history(interval: M1, from: "2026-11-20T00:00:00Z") { closeUsd } } } }',
      'COST_LIMIT_EXCEEDED',
    ],
    [
      'a wrong argument',
      'subscription { coinsChanged(afterVersion: "x") { version } }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'a mutation without the key',
      'mutation { pauseSource(input: { name: "csv", reason: "r" }) { source { name } } }',
      'ADMIN_DISABLED',
    ],
  ])('%s has the same code as over HTTP', async (_what, query, code) => {
    const listener = socket.subscribe(query);
    await waitFor('an answer', async () => listener.isOver);
    const told = [...listener.failures, ...listener.messages.flatMap(({ errors }) => errors ?? [])];
    expect(told[0]?.extensions.code).toBe(code);
    const { errors } = await api.ask(query);
    if (!query.startsWith('subscription')) expect(errors[0]?.extensions.code).toBe(code);
  });

  it('a variable of another type is BAD_USER_INPUT', async () => {
    const query = 'subscription ($v: SafeInt) { coinsChanged(afterVersion: $v) { version } }';
    const listener = socket.subscribe(query, { v: 'x' });
    await waitFor('an answer', async () => listener.isOver);
    expect(listener.failures).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('a query is answered as over HTTP', async () => {
    const listener = socket.subscribe<{ coin: { id: string } }>('{ coin(id: "coingecko.dust") { id } }');
    const [told] = await listener.received(1);
    expect(told?.data).toEqual({ coin: { id: 'coingecko.dust' } });
  });

  it('each operation counts for the rate limit', async () => {
    const limited = await createTestApi(database, { rateLimit: createRateLimit(3, () => new Date(0)) });
    const client = createSocketClient(await listenOn(limited));
    const listeners = Array.from({ length: 4 }, () => client.subscribe('{ __typename }'));
    await waitFor('all answers', async () => listeners.every(({ isOver }) => isOver));
    const codes = listeners.flatMap(({ failures }) => failures.map(({ extensions }) => extensions.code));
    expect(codes).toEqual(['RATE_LIMITED']);
    await client.close();
    await limited.close();
  });

  it('a page of another origin is refused, one that is allowed and one of its own are not', async () => {
    const open = async (origin?: string) => {
      const opened = new WebSocket(url, 'graphql-transport-ws', origin === undefined ? {} : { origin });
      const result = await new Promise<string>((resolve) => {
        opened.on('open', () => resolve('open'));
        opened.on('unexpected-response', (_request, response) => resolve(String(response.statusCode)));
        opened.on('error', () => resolve('error'));
      });
      opened.terminate();
      return result;
    };
    expect(await open('https://evil.example.org')).toBe('403');
    expect(await open(url.replace(/^ws/, 'http').replace('/graphql', ''))).toBe('open');
    expect(await open()).toBe('open');
  });

  it('the key of administration comes with the connection', async () => {
    const administered = await createTestApi(database, {
      administration: {
        key,
        sql: database.sql,
        ingester: { ingest: () => Promise.reject(new Error('no')) },
        rebuilder: { begin: () => Promise.reject(new Error('no')) },
        log: api.app.log as never,
      },
    });
    const client = createSocketClient(await listenOn(administered), `Bearer ${key}`);
    const listener = client.subscribe<{ pauseSource: object }>(
      'mutation { pauseSource(input: { name: "", reason: "r" }) { source { name } } }',
    );
    await waitFor('an answer', async () => listener.isOver);
    expect(listener.messages[0]?.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    await client.close();
    await administered.close();
  });

  it('a client that does not read holds up neither the others nor the snapshot, and is told at once of all it missed', async () => {
    const slow = createConnection({ port: Number(new URL(url).port), host: '127.0.0.1' });
    const handshake = [
      'GET /graphql HTTP/1.1',
      'Host: x',
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Protocol: graphql-transport-ws',
      '',
      '',
    ].join('\r\n');
    slow.write(handshake);
    await new Promise((resolve) => slow.once('data', resolve));
    slow.pause();
    const quick = follow('(ids: ["coingecko.dust"])');
    await quick.received(1);
    await commit({ dust: 90 });
    await commit({ dust: 91 });
    const messages = await quick.received(2);
    expect(messages.at(-1)?.data.coinsChanged.coins[0]?.priceUsd).toBeGreaterThanOrEqual(90);
    const open = await database.owner`
      select 1 from pg_stat_activity where application_name = 'test read' and state = 'idle in transaction'`;
    expect(open).toHaveLength(0);
    slow.destroy();
    quick.stop();
  });

  it('closing the API ends every subscription', async () => {
    const closing = await createTestApi(database);
    const client = createSocketClient(await listenOn(closing));
    const listener = client.subscribe<Changed>(
      `subscription { coinsChanged(ids: ["coingecko.dust"]) ${fields} }`,
    );
    await listener.received(1);
    await closing.close();
    await waitFor('the end', async () => listener.isOver);
    await client.close();
  });
});
