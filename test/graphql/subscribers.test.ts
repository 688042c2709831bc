import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { expectRebuildEqualsLive } from '../support/project.ts';
import { commitMarket, marketCoin } from './market.ts';
import { createSocketClient, listenOn, type Listener } from './socket.ts';
import { createTestApi, type TestApi } from './support.ts';

// `make hostile` has 1,000, each on a connection of its own.
const subscribers = Number(process.env['SUBSCRIBERS'] ?? 100);
const commits = 5;

let database: TestDatabase;
let api: TestApi;
beforeAll(async () => {
  database = await createTestDatabase();
  await commit(0);
  api = await createTestApi(database);
});
afterAll(async () => {
  await api.close();
  await expectRebuildEqualsLive(database);
  await database.close();
});

/** 250 coins, each with another price. */
const commit = (round: number): Promise<number> =>
  commitMarket(
    database,
    round,
    Array.from({ length: 250 }, (_, place) =>
      marketCoin(`coin-${place}`, { market_cap_rank: place + 1, current_price: 1 + round + place }),
    ),
  );

interface Changed {
  coinsChanged: { version: number; coins: { id: string; priceUsd: number }[] };
}

const seenOf = ({ messages }: Listener<Changed>) => messages.at(-1)?.data.coinsChanged.version ?? 0;

it(`${subscribers} subscribers to 250 coins are told of every commit, and end where the read model is`, async () => {
  const url = await listenOn(api);
  const clients = Array.from({ length: subscribers }, () => createSocketClient(url));
  const listeners = clients.map((client) =>
    client.subscribe<Changed>(
      'subscription { coinsChanged { version coins { id symbol rank priceUsd marketCapUsd percentChange24h } } }',
    ),
  );
  for (const listener of listeners) await listener.received(1);
  const before = process.memoryUsage().rss;
  const took: number[] = [];
  for (let round = 1; round <= commits; round += 1) {
    const version = await commit(round);
    const visibleAt = performance.now();
    for (const listener of listeners)
      while (seenOf(listener) < version) await new Promise((resolve) => setImmediate(resolve));
    took.push(performance.now() - visibleAt);
  }
  for (const { messages } of listeners) {
    const prices = new Map<string, number>();
    for (const { data } of messages)
      for (const { id, priceUsd } of data.coinsChanged.coins) prices.set(id, priceUsd);
    expect(prices.size).toBe(250);
    expect(prices.get('coingecko.coin-0')).toBe(1 + commits);
  }
  process.stdout.write(
    `subscribers: ${subscribers}, all told of 250 coins within ${took.map((ms) => ms.toFixed(0)).join(', ')} ms of each commit (clients in the same process), +${((process.memoryUsage().rss - before) / 1e6).toFixed(0)} MB\n`,
  );
  await Promise.all(clients.map((client) => client.close()));
}, 300_000);
