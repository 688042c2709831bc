import { createServer, type IncomingMessage, type Server } from 'node:http';

export interface UpstreamAnswer {
  status?: number;
  headers?: Record<string, string>;
  body: Uint8Array | string;
}

export interface Upstream {
  url: string;
  /** What was asked, in order: path and query. */
  requests: string[];
  /** The headers of each request. */
  headers: IncomingMessage['headers'][];
  close(): Promise<void>;
}

/** A loopback server that answers as a test says; null cuts the connection. */
export async function startUpstream(
  answer: (url: URL, count: number) => UpstreamAnswer | null,
): Promise<Upstream> {
  const requests: string[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const server: Server = createServer((request, response) => {
    requests.push(request.url ?? '');
    headers.push(request.headers);
    const found = answer(new URL(request.url ?? '/', 'http://upstream'), requests.length);
    if (found === null) {
      request.socket.destroy();
      return;
    }
    response
      .writeHead(found.status ?? 200, { 'content-type': 'application/json', ...found.headers })
      .end(found.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    headers,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
