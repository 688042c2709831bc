import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ApolloLink } from '@apollo/client';
import { concat, defer, from, mergeMap, take, throwError } from 'rxjs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, expectTypeOf, it } from 'vitest';
import { createCoinlogClient, type CoinlogClient } from '../../examples/apollo/client.ts';
import { followCoins, type CoinsChange } from '../../examples/apollo/follow.ts';
import {
  AnyNodeDocument,
  CoinFieldsFragmentDoc,
  OneCoinDocument,
  TopCoinsDocument,
} from '../../examples/apollo/generated/graphql.ts';
import { rebuild } from '../../src/projector/rebuild.ts';
import { projectRoot } from '../../src/version.ts';
import { fillMarket, marketCoin, startedAt } from '../graphql/market.ts';
import { listenOn } from '../graphql/socket.ts';
import { createTestApi, type TestApi } from '../graphql/support.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendRun } from '../support/events.ts';
import { expectRebuildEqualsLive, projectAll, testFolds } from '../support/project.ts';
import { waitFor } from '../support/wait-for.ts';

const ether = 'coingecko.ether';
const dust = 'coingecko.dust';

let database: TestDatabase;
let api: TestApi;
let url: string;
let coinlog: CoinlogClient;

beforeAll(async () => {
  database = await createTestDatabase();
  await fillMarket(database);
  api = await createTestApi(database);
  url = (await listenOn(api)).replace(/^ws/, 'http');
});
afterAll(async () => {
  await api.close();
  await expectRebuildEqualsLive(database);
  await database.close();
});
beforeEach(() => {
  coinlog = createCoinlogClient(url);
});
afterEach(() => coinlog.close());

let commits = 0;
/** Answers the version that shows it. */
async function commit(prices: Record<string, number>): Promise<number> {
  commits += 1;
  const at = new Date(startedAt.getTime() + commits * 60_000);
  const coins = Object.entries(prices).map(([id, price]) =>
    // With a rank, so that it stays among the first.
    marketCoin(id, { current_price: price, market_cap_rank: 2, last_updated: at.toISOString() }),
  );
  await appendRun(database.sql, {
    stream: 'coingecko.markets',
    params: { vs_currency: 'usd' },
    runId: `commit-${commits}`,
    startedAt: at,
    pages: [JSON.stringify(coins)],
  });
  await projectAll(database);
  const [row] = await database.sql<{ version: number }[]>`select version from read.read_model`;
  return row?.version ?? 0;
}

const topCoins = { query: TopCoinsDocument, variables: { first: 50 } };

const cachedPrice = (id: string): number | null | undefined =>
  coinlog.client.cache.readFragment({ fragment: CoinFieldsFragmentDoc, from: { __typename: 'Coin', id } })
    ?.priceUsd;

const cacheKeys = (): string[] => Object.keys(coinlog.client.extract() as object);

/** The client's link, with another one before it. */
const passThrough = (link: ApolloLink) =>
  coinlog.client.setLink(ApolloLink.from([link, coinlog.client.link]));

/** Follows two coins, beside a query that is watched; `asked` are the versions that it asked to go on from. */
async function follow() {
  const asked: unknown[] = [];
  const changes: CoinsChange[] = [];
  let open = Promise.resolve();
  passThrough(
    new ApolloLink((operation, forward) => {
      if (operation.operationName !== 'CoinsChanged') return forward(operation);
      return defer(() => from(open)).pipe(
        mergeMap(() => {
          asked.push(operation.variables['afterVersion']);
          return forward(operation);
        }),
      );
    }),
  );
  const watched = coinlog.client.watchQuery(topCoins).subscribe({});
  const followed = followCoins(coinlog.client, [ether, dust], { retryMs: 20 }).subscribe((change) =>
    changes.push(change),
  );
  await waitFor('the first message', () => changes.length > 0);
  return {
    asked,
    changes,
    /** Cuts every socket; the way back is closed until what is given is done. */
    cut: async (meanwhile: () => Promise<unknown>) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      open = promise;
      for (const socket of api.app.websocketServer.clients) socket.terminate();
      await waitFor('no socket', () => api.app.websocketServer.clients.size === 0);
      await meanwhile();
      resolve();
    },
    stop: () => {
      followed.unsubscribe();
      watched.unsubscribe();
    },
  };
}

it('a query is typed, and what another one brings of the same coin is seen by both', async () => {
  const { client } = coinlog;
  const { data } = await client.query(topCoins);
  expectTypeOf(data).toEqualTypeOf<
    | {
        coins: {
          nodes: {
            id: string;
            name: string;
            symbol: string | null;
            rank: number | null;
            priceUsd: number | null;
            percentChange24h: number | null;
          }[];
        };
      }
    | undefined
  >();
  const seen = () => client.readQuery(topCoins)?.coins.nodes.find((coin) => coin.id === ether)?.priceUsd;
  await commit({ ether: 3_001 });
  expect(seen()).toBe(3_000);
  await client.query({ query: OneCoinDocument, variables: { id: ether }, fetchPolicy: 'network-only' });
  expect(seen()).toBe(3_001);
  await commit({ ether: 3_002 });
  await client.query({ query: AnyNodeDocument, variables: { id: ether } });
  expect(seen()).toBe(3_002);
  const entries = cacheKeys().filter((key) => key.endsWith(ether));
  expect(entries).toEqual([`Coin:${ether}`]);
});

it('a coin of the past is an entry of its own and leaves the present one alone', async () => {
  const { client } = coinlog;
  const then = new Date(startedAt.getTime() + commits * 60_000).toISOString();
  const before = await client.query({ query: OneCoinDocument, variables: { id: dust } });
  await commit({ dust: 5 });
  await client.query({ query: OneCoinDocument, variables: { id: dust }, fetchPolicy: 'network-only' });
  const { data } = await client.query({ query: OneCoinDocument, variables: { id: dust, asOf: then } });
  expect(data?.coin?.id).toMatch(/^coingecko\.dust@\d/);
  expect(data?.coin).toMatchObject({ canonicalId: dust, priceUsd: before.data?.coin?.priceUsd });
  expect(cachedPrice(dust)).toBe(5);
  const past = data?.coin?.id ?? '';
  expect(cachedPrice(past)).toBe(before.data?.coin?.priceUsd);
  // By its own id it comes again, and is the same entry.
  await client.query({ query: AnyNodeDocument, variables: { id: past } });
  const entries = cacheKeys().filter((key) => key.includes(dust));
  expect(entries.sort()).toEqual([`Coin:${dust}`, `Coin:${past}`]);
});

it('a change that comes is in the cache before it is told of', async () => {
  const { changes, stop } = await follow();
  const version = await commit({ dust: 6 });
  await waitFor('the change', () => changes.length > 1);
  expect(changes[1]).toMatchObject({ version, resync: false, coins: [{ id: dust, priceUsd: 6 }] });
  expect(coinlog.client.readQuery(topCoins)?.coins.nodes.find(({ id }) => id === dust)?.priceUsd).toBe(6);
  stop();
});

it('what changed between the query and the subscription is asked for anew', async () => {
  await coinlog.client.query(topCoins);
  await commit({ dust: 7 });
  const { stop } = await follow();
  expect(cachedPrice(dust)).toBe(7);
  stop();
});

it('after the socket was cut it goes on from the version it knew, and nothing is lost', async () => {
  const { asked, changes, cut, stop } = await follow();
  const known = await commit({ dust: 8 });
  await waitFor('the change', () => changes.length > 1);
  let last = 0;
  await cut(async () => {
    await commit({ dust: 9 });
    await commit({ ether: 4_000 });
    last = await commit({ dust: 10 });
  });
  await waitFor('what was missed', () => changes.at(-1)?.coins.length === 2);
  expect(asked).toEqual([null, known]);
  expect(changes.at(-1)?.version).toBe(last);
  expect(changes.some(({ resync }) => resync)).toBe(false);
  expect([cachedPrice(dust), cachedPrice(ether)]).toEqual([10, 4_000]);
  const next = await commit({ dust: 11 });
  await waitFor('the next change', () => changes.at(-1)?.version === next);
  expect(cachedPrice(dust)).toBe(11);
  stop();
});

it('a socket lost again before what was missed has come loses nothing either', async () => {
  const { asked, changes, cut, stop } = await follow();
  const known = await commit({ dust: 12 });
  await waitFor('the change', () => changes.length > 1);
  let toLose = 1;
  passThrough(
    new ApolloLink((operation, forward) => {
      if (operation.operationName !== 'CoinsChanged' || toLose === 0) return forward(operation);
      toLose -= 1;
      return concat(
        forward(operation).pipe(take(1)),
        throwError(() => new Error('the socket was lost')),
      );
    }),
  );
  await cut(() => commit({ dust: 13 }));
  await waitFor('what was missed', () => cachedPrice(dust) === 13);
  expect(asked).toEqual([null, known, known]);
  stop();
});

it('after a rebuild all that is watched is asked for anew, until it has come', async () => {
  const { changes, cut, stop } = await follow();
  let toFail = 1;
  passThrough(
    new ApolloLink((operation, forward) => {
      if (operation.operationName !== 'TopCoins' || toFail === 0) return forward(operation);
      toFail -= 1;
      return throwError(() => new Error('the network was lost'));
    }),
  );
  await cut(async () => {
    await commit({ dust: 14 });
    await rebuild({ ...testFolds, sql: database.sql, holder: crypto.randomUUID() });
  });
  await waitFor('a new beginning', () => changes.at(-1)?.resync === true);
  expect(toFail).toBe(0);
  expect(cachedPrice(dust)).toBe(14);
  const next = await commit({ dust: 15 });
  await waitFor('the next change', () => changes.at(-1)?.version === next);
  expect(cachedPrice(dust)).toBe(15);
  stop();
});

it('what can never be met is told of instead of tried for ever', async () => {
  const tooMany = Array.from({ length: 1_001 }, (_, place) => `coin-${place}`);
  const { promise, reject } = Promise.withResolvers<void>();
  followCoins(coinlog.client, tooMany, { retryMs: 1 }).subscribe({ error: reject });
  await expect(promise).rejects.toThrow('1001 ids are too many');
});

it('the script prints the top coins, then what has changed, and ends on Ctrl-C', async () => {
  const script = join(projectRoot, 'examples/apollo/main.ts');
  const child = spawn(process.execPath, [script, url], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  try {
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    await waitFor('the top coins', () => output.includes('2 ETH ETHER: $') || child.exitCode !== null);
    expect(output).toContain('1 BTC Bitcoin: $87123.45 (-1.25 % in 24 hours)\n');
    await commit({ ether: 4_321 });
    await waitFor('the change', () => output.includes(' ETHER: $4321') || child.exitCode !== null);
    expect(output.match(/BTC Bitcoin: \$87123/g)).toHaveLength(1);
    child.kill('SIGINT');
    expect(await exited).toEqual([0, null]);
  } finally {
    child.kill('SIGKILL');
  }
});
