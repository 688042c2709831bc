import { createServer, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { parse } from 'graphql';
import { afterEach, expect, test, vi } from 'vitest';
import { createFetcher } from '../../web/graphiql/fetcher.ts';
import type { Observable } from '../../web/graphiql/subscription.ts';

let server: Server | undefined;
afterEach(async () => {
  vi.unstubAllGlobals();
  server?.close();
  server = undefined;
});

/** A server that keeps the one request it gets. */
async function serve(status: number, body: string) {
  const seen: { request?: IncomingMessage; body?: string } = {};
  server = createServer((request, response) => {
    void text(request).then((sent) => {
      Object.assign(seen, { request, body: sent });
      response.writeHead(status).end(body);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: new URL(`http://127.0.0.1:${address.port}/graphql`), seen };
}

test('a query is POSTed as JSON with the headers of the editor', async () => {
  const { url, seen } = await serve(200, '{"data":{"a":1}}');
  const params = { query: '{ a }', operationName: null };
  await expect(createFetcher(url)(params, { headers: { Authorization: 'Bearer k' } })).resolves.toEqual({
    data: { a: 1 },
  });
  expect(seen.request?.method).toBe('POST');
  expect(seen.request?.headers).toMatchObject({
    authorization: 'Bearer k',
    'content-type': 'application/json',
  });
  expect(JSON.parse(seen.body ?? '')).toEqual(params);
});

test('an answer that is no JSON is shown as an error with its status', async () => {
  const { url } = await serve(502, '<h1>Bad gateway</h1>');
  await expect(createFetcher(url)({ query: '{ a }' })).resolves.toEqual({
    errors: [{ message: '502 Bad Gateway: <h1>Bad gateway</h1>' }],
  });
});

class FakeSocket extends EventTarget {
  static last: FakeSocket;
  readonly sent: unknown[] = [];
  closedWith: number | undefined;
  constructor(
    readonly url: URL,
    readonly protocol: string,
  ) {
    super();
    FakeSocket.last = this;
  }
  send(message: string): void {
    this.sent.push(JSON.parse(message));
  }
  close(code: number): void {
    this.closedWith = code;
  }
  receive(message: object): void {
    this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(message) }));
  }
}

const document = 'query Q { a } subscription S { runChanged { id } }';

function startSubscription() {
  vi.stubGlobal('WebSocket', FakeSocket);
  const told: unknown[] = [];
  const fetcher = createFetcher(new URL('https://example.test/graphql'));
  const observable = fetcher(
    { query: document, operationName: 'S' },
    { headers: { Authorization: 'Bearer k' }, documentAST: parse(document) },
  ) as Observable;
  const subscription = observable.subscribe({
    next: (result) => told.push({ next: result }),
    error: (reason) => told.push({ error: reason }),
    complete: () => told.push('complete'),
  });
  const socket = FakeSocket.last;
  socket.dispatchEvent(new Event('open'));
  return { socket, told, unsubscribe: () => subscription.unsubscribe() };
}

test('a subscription goes over graphql-transport-ws, with the key as connection parameter', () => {
  const { socket, told } = startSubscription();
  expect(String(socket.url)).toBe('wss://example.test/graphql');
  expect(socket.protocol).toBe('graphql-transport-ws');
  socket.receive({ type: 'connection_ack' });
  socket.receive({ type: 'ping' });
  socket.receive({ type: 'next', id: '1', payload: { data: 1 } });
  socket.receive({ type: 'complete', id: '1' });
  expect(socket.sent).toEqual([
    { type: 'connection_init', payload: { authorization: 'Bearer k' } },
    { id: '1', type: 'subscribe', payload: { query: document, operationName: 'S' } },
    { type: 'pong' },
  ]);
  expect(told).toEqual([{ next: { data: 1 } }, 'complete']);
  expect(socket.closedWith).toBe(1000);
});

test('a subscription that breaks off says so, once', () => {
  const { socket, told } = startSubscription();
  const closed = Object.assign(new Event('close'), { code: 4401, reason: 'Unauthorized' });
  socket.dispatchEvent(closed);
  socket.dispatchEvent(closed);
  expect(told).toEqual([{ error: new Error('The connection was closed: 4401 Unauthorized') }]);
});

test('a subscription that was stopped tells nothing more', () => {
  const { socket, told, unsubscribe } = startSubscription();
  unsubscribe();
  socket.receive({ type: 'next', id: '1', payload: { data: 1 } });
  socket.dispatchEvent(Object.assign(new Event('close'), { code: 1000, reason: '' }));
  expect(told).toEqual([]);
});
