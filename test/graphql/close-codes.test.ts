import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { documentedErrors } from '../support/documented-errors.ts';
import { expectRebuildEqualsLive } from '../support/project.ts';
import { fillMarket } from './market.ts';
import { listenOn } from './socket.ts';
import { createTestApi, type TestApi } from './support.ts';

let database: TestDatabase;
let api: TestApi;
let url: string;
beforeAll(async () => {
  database = await createTestDatabase();
  await fillMarket(database);
  api = await createTestApi(database);
  url = await listenOn(api);
});
afterAll(async () => {
  await api.close();
  await expectRebuildEqualsLive(database);
  await database.close();
});

const init = '{"type":"connection_init"}';
const follow = '{"id":"1","type":"subscribe","payload":{"query":"subscription { runChanged { id } }"}}';

/** What the server closes a connection with that says this, each once the server has answered what it answers to. */
async function closedWith(
  messages: readonly string[],
  protocols: readonly string[] = ['graphql-transport-ws'],
): Promise<number> {
  const socket = new WebSocket(url, [...protocols]);
  // Too large a message is an error of the connection, too.
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  await once(socket, 'open');
  for (const message of messages) {
    socket.send(message);
    if (message === init && messages[0] === init) await Promise.race([once(socket, 'message'), closed]);
  }
  const [code] = await closed;
  return Number(code);
}

describe('a connection is closed with the code that is documented', () => {
  it.each<[number, string, string[], string[]?]>([
    [4400, 'after a message that the protocol does not have', ['{"type":"hello"}']],
    [4401, 'after an operation before connection_init', [follow]],
    [4406, 'without its subprotocol', [], []],
    [4408, 'without connection_init', []],
    [4409, 'after a second operation of one id', [init, follow, follow]],
    [4429, 'after a second connection_init', [init, init]],
    [1009, 'after a message that is too large', [init, ' '.repeat(300_000)]],
  ])('%i %s', async (code, _when, messages, protocols) => {
    expect(await closedWith(messages, protocols)).toBe(code);
    const documented = documentedErrors('Close codes of the WebSocket').map((row) => Number(row['code']));
    expect(documented).toContain(code);
  });

  it('and nothing is printed beside the log, whatever is sent', async () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    await closedWith([init, ' '.repeat(300_000)]);
    expect(printed.mock.calls).toEqual([]);
    printed.mockRestore();
  });

  it('1005 when the server stops', async () => {
    const stopping = await createTestApi(database);
    const socket = new WebSocket(await listenOn(stopping), 'graphql-transport-ws');
    await once(socket, 'open');
    const closed = once(socket, 'close');
    await stopping.close();
    const [code] = await closed;
    expect(code).toBe(1005);
  });
});
