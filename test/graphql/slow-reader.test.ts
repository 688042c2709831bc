import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { expectRebuildEqualsLive } from '../support/project.ts';
import { waitFor } from '../support/wait-for.ts';
import { commitMarket, marketCoin } from './market.ts';
import { listenOn } from './socket.ts';
import { createTestApi, type TestApi } from './support.ts';

const commits = 40;
const coins = 250;
// Ten times in each message: half a megabyte, of which no connection takes forty in its buffers.
const name = 'A coin with a long name, '.repeat(8);
const names = Array.from({ length: 10 }, (_, place) => `n${place}: name`).join(' ');
const query = `subscription { coinsChanged { version coins { id priceUsd ${names} } } }`;

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

const commit = (round: number): Promise<number> =>
  commitMarket(
    database,
    round,
    Array.from({ length: coins }, (_, place) =>
      marketCoin(`coin-${place}`, { name, market_cap_rank: place + 1, current_price: 1 + round }),
    ),
  );

interface Changed {
  version: number;
  coins: { id: string; priceUsd: number }[];
}

it('who reads slowly is told less often, of everything that changed, and nothing is kept for them meanwhile', async () => {
  const socket = new WebSocket(await listenOn(api), 'graphql-transport-ws');
  const told: Changed[] = [];
  socket.on('message', (bytes: Buffer) => {
    const { type, payload } = JSON.parse(bytes.toString()) as {
      type: string;
      payload: { data: { coinsChanged: Changed } };
    };
    if (type === 'next') told.push(payload.data.coinsChanged);
  });
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await once(socket, 'message');
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
  await waitFor('the version now', () => told.length === 1);

  socket.pause();
  const before = process.memoryUsage().rss;
  for (let round = 1; round <= commits; round += 1) await commit(round);
  const grownMb = (process.memoryUsage().rss - before) / 1e6;
  const [row] = await database.sql<{ version: number }[]>`select version from read.read_model`;
  socket.resume();
  await waitFor('the last version', () => told.at(-1)?.version === row?.version);

  const messages = told.slice(1);
  process.stdout.write(`slow reader: ${messages.length} messages of ${commits} commits\n`);
  expect(messages.length).toBeLessThan(commits);
  expect(messages.map(({ version }) => version)).toEqual(
    messages.map(({ version }) => version).toSorted((a, b) => a - b),
  );
  const prices = new Map(messages.flatMap(({ coins: each }) => each.map((coin) => [coin.id, coin.priceUsd])));
  expect(prices.size).toBe(coins);
  expect(new Set(prices.values())).toEqual(new Set([1 + commits]));
  // Every message that was not sent would be half a megabyte.
  expect(grownMb).toBeLessThan(400);
  socket.terminate();
  await once(socket, 'close');
});
