import { createServer, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { createFetcher } from '../../web/graphiql/fetcher.ts';

let server: Server | undefined;
afterEach(async () => {
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
