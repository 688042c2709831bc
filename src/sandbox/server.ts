import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { SandboxMarket, SandboxRequest, SandboxResponse } from '../sources/sandbox-market.ts';
import type { Source } from '../sources/source.ts';
import { errorResponse, jsonResponse } from './kit/response.ts';
import { type Mount, createMounts } from './mounts.ts';

const compress = promisify(gzip);

export interface SandboxLog {
  debug(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

export interface SandboxServerOptions {
  /** Those with a sandbox are served, under `/<name><basePath>`. */
  sources: readonly Source[];
  market: SandboxMarket;
  /** Ours, for rate limits. */
  clock: () => Date;
  log?: SandboxLog;
  /** What is answered in place of a source's answer; the answer itself where nothing is to be changed. */
  replace?: (source: string, request: SandboxRequest, response: SandboxResponse) => SandboxResponse;
}

export interface SandboxServer {
  /** Port 0 takes any free one. Rejects when the port cannot be had. */
  listen(port: number, host?: string): Promise<{ port: number; url: string }>;
  /** Ends open connections too; may be called at any time and again. */
  close(): Promise<void>;
}

/** Serves the stand-ins of all sources over HTTP. Every answer says `X-Coinlog-Sandbox: 1`. */
export function createSandboxServer(options: SandboxServerOptions): SandboxServer {
  const mounts = createMounts(options.sources, options.market);
  const server = createServer((request, response) => {
    serve(request, response, mounts, options).catch((error: unknown) => {
      options.log?.error({ err: error }, 'sandbox request failed');
      response.destroy();
    });
  });

  return {
    listen: (port, host = '127.0.0.1') =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          server.off('error', reject);
          const bound = (server.address() as AddressInfo).port;
          const name = host.includes(':') ? `[${host}]` : host;
          resolve({ port: bound, url: `http://${name}:${bound}` });
        });
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  mounts: readonly Mount[],
  options: SandboxServerOptions,
): Promise<void> {
  const answer = answerTo(request, mounts, options);
  const zipped = acceptsGzip(request);
  const body = zipped ? await compress(answer.body, { level: 1 }) : Buffer.from(answer.body);
  response.writeHead(answer.status, {
    'Content-Type': 'application/json; charset=utf-8',
    'X-Coinlog-Sandbox': '1',
    Vary: 'Accept-Encoding',
    ...(zipped ? { 'Content-Encoding': 'gzip' } : {}),
    ...answer.headers,
    'Content-Length': body.byteLength,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function acceptsGzip({ headers }: IncomingMessage): boolean {
  const accepted = (headers['accept-encoding'] ?? '')
    .split(',')
    .map((coding) => coding.replaceAll(/\s/g, ''));
  return accepted.some((coding) => /^gzip(;q=(1|0\.0*[1-9]).*)?$/i.test(coding));
}

function answerTo(
  request: IncomingMessage,
  mounts: readonly Mount[],
  options: SandboxServerOptions,
): SandboxResponse {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return errorResponse(405, 'only GET and HEAD', { Allow: 'GET, HEAD' });
  }
  const url = URL.parse(`http://sandbox${request.url ?? '/'}`);
  if (!url) return errorResponse(400, 'not a path');
  if (url.pathname === '/') return index(mounts, options.market);
  const mount = mounts.find(({ prefix }) => url.pathname.startsWith(`${prefix}/`));
  if (!mount) return errorResponse(404, 'no source is served here');

  const asked: SandboxRequest = {
    path: url.pathname.slice(mount.prefix.length),
    query: url.searchParams,
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(', ') : value,
      ]),
    ),
    nowMs: options.clock().getTime(),
  };
  const response = mount.upstream.handle(asked);
  options.log?.debug({ source: mount.source, path: asked.path, status: response.status }, 'sandbox request');
  return options.replace?.(mount.source, asked, response) ?? response;
}

function index(mounts: readonly Mount[], market: SandboxMarket): SandboxResponse {
  return jsonResponse(200, {
    about: 'Stand-ins for market-data APIs over a simulated market. No value is real.',
    marketTime: market.now().toISOString(),
    sources: mounts.map(({ source, prefix, basePath }) => ({ source, path: prefix + basePath })),
  });
}
