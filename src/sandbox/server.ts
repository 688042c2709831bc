import { type IncomingMessage, createServer } from 'node:http';
import type { SandboxMarket, SandboxRequest, SandboxResponse } from '../sources/sandbox-market.ts';
import type { Source } from '../sources/source.ts';
import { type Connection, deliver } from './faults/deliver.ts';
import type { Asked, Effect } from './faults/fault.ts';
import { createListener } from './faults/listener.ts';
import type { FaultPlan } from './faults/plan.ts';
import { errorResponse, jsonResponse } from './kit/response.ts';
import { type Mount, createMounts } from './mounts.ts';

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
  /** Without one, every answer is the stand-in's own. */
  faults?: FaultPlan;
}

export interface SandboxServer {
  /** Port 0 takes any free one. Rejects when the port cannot be had. */
  listen(port: number, host?: string): Promise<{ port: number; url: string }>;
  /** Ends open connections too; may be called at any time and again. */
  close(): Promise<void>;
}

/** Serves the stand-ins of all sources over HTTP. Every answer says `X-Coinlog-Sandbox: 1`, faulty ones too. */
export function createSandboxServer(options: SandboxServerOptions): SandboxServer {
  const mounts = createMounts(options.sources, options.market);
  const server = createServer((request, response) => {
    serve({ request, response, leave: listener.leave }, mounts, options).catch((error: unknown) => {
      options.log?.error({ err: error }, 'sandbox request failed');
      response.destroy();
    });
  });
  const listener = createListener(server, (error) =>
    options.log?.error({ err: error }, 'sandbox cannot listen again'),
  );

  return {
    async listen(port, host = '127.0.0.1') {
      const bound = await listener.open(port, host);
      const name = host.includes(':') ? `[${host}]` : host;
      return { port: bound.port, url: `http://${name}:${bound.port}` };
    },
    close: listener.close,
  };
}

async function serve(
  connection: Connection,
  mounts: readonly Mount[],
  options: SandboxServerOptions,
): Promise<void> {
  const found = answerTo(connection.request, mounts, options);
  const effect: Effect =
    found.kind === 'own' ? { kind: 'answer', response: found.response } : effectOn(found.asked, options);
  await deliver(effect, connection);
}

function effectOn(asked: Asked, { faults, log }: SandboxServerOptions): Effect {
  const { source, request, response } = asked;
  log?.debug({ source, path: request.path, status: response.status }, 'sandbox request');
  if (!faults) return { kind: 'answer', response };
  const { fault, effect } = faults.decide(asked);
  if (fault !== null) log?.debug({ source, path: request.path, fault }, 'sandbox fault');
  return effect;
}

/** What the server says itself, or what a stand-in says. */
type Answer = { kind: 'own'; response: SandboxResponse } | { kind: 'upstream'; asked: Asked };

const own = (response: SandboxResponse): Answer => ({ kind: 'own', response });

function answerTo(
  request: IncomingMessage,
  mounts: readonly Mount[],
  { market, clock }: SandboxServerOptions,
): Answer {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return own(errorResponse(405, 'only GET and HEAD', { Allow: 'GET, HEAD' }));
  }
  const url = URL.parse(`http://sandbox${request.url ?? '/'}`);
  if (!url) return own(errorResponse(400, 'not a path'));
  if (url.pathname === '/') return own(index(mounts, market));
  const mount = mounts.find(({ prefix }) => url.pathname.startsWith(`${prefix}/`));
  if (!mount) return own(errorResponse(404, 'no source is served here'));
  return { kind: 'upstream', asked: ask(mount, url, request, clock().getTime()) };
}

function ask(
  { source, prefix, upstream }: Mount,
  url: URL,
  { headers }: IncomingMessage,
  nowMs: number,
): Asked {
  const request: SandboxRequest = {
    path: url.pathname.slice(prefix.length),
    query: url.searchParams,
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
    ),
    nowMs,
  };
  return {
    source,
    url: url.pathname + url.search,
    request,
    response: upstream.handle(request),
    askPage: (page) => {
      const query = new URLSearchParams(request.query);
      query.set('page', String(page));
      return upstream.handle({ ...request, query });
    },
  };
}

function index(mounts: readonly Mount[], market: SandboxMarket): SandboxResponse {
  return jsonResponse(200, {
    about: 'Stand-ins for market-data APIs over a simulated market. No value is real.',
    marketTime: market.now().toISOString(),
    sources: mounts.map(({ source, prefix, basePath }) => ({ source, path: prefix + basePath })),
  });
}
