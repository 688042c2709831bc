import { type AnswerCache, createAnswerCache } from '../../sandbox/kit/answer-cache.ts';
import { errorResponse, jsonResponse, pathBelow } from '../../sandbox/kit/response.ts';
import { createSlidingWindow } from '../../sandbox/kit/sliding-window.ts';
import type {
  SandboxMarket,
  SandboxRequest,
  SandboxResponse,
  SandboxRoutes,
  SandboxUpstream,
} from '../sandbox-market.ts';
import { coinsList } from './sandbox-list.ts';
import { coinsMarkets } from './sandbox-markets.ts';
import { simplePrice } from './sandbox-simple-price.ts';

const basePath = '/api/v3';
const requestsPerMinute = 30;
const cacheTtlMs = 45_000;

type Route = (market: SandboxMarket, query: URLSearchParams, moment: Date) => SandboxResponse;

const routes = new Map<string, Route>([
  ['/ping', () => jsonResponse(200, { gecko_says: '(V3) To the Moon!' })],
  ['/coins/list', coinsList],
  ['/coins/markets', coinsMarkets],
  ['/simple/price', simplePrice],
]);

/** Stands in for CoinGecko's public host: without a key, or with a Demo key. */
export const sandbox: SandboxRoutes = { basePath, create: createUpstream };

function createUpstream(market: SandboxMarket): SandboxUpstream {
  // By the market's time, so that a faster market is renewed faster.
  const edge = createAnswerCache({ ttlMs: cacheTtlMs, entriesMax: 100 });
  const limit = { limit: requestsPerMinute, windowMs: 60_000 };
  const windows = { keyless: createSlidingWindow(limit), demo: createSlidingWindow(limit) };

  return {
    handle(request) {
      const key = checkKey(request, market.now());
      if (key.kind === 'refused') return key.response;
      const admission = windows[key.plan].admit(request.nowMs);
      if (admission.kind === 'refused') return tooManyRequests(admission.retryAfterMs);
      return answer(market, edge, request);
    },
  };
}

function answer(market: SandboxMarket, edge: AnswerCache, { path, query }: SandboxRequest): SandboxResponse {
  const below = pathBelow(basePath, path);
  const route = below === null ? undefined : routes.get(below);
  if (!route) return errorResponse(404, 'Incorrect path. Please check https://www.coingecko.com/api/');
  const moment = market.now();
  return edge.answer(`${path}?${query.toString()}`, moment.getTime(), () => route(market, query, moment));
}

type KeyCheck =
  { kind: 'accepted'; plan: 'keyless' | 'demo' } | { kind: 'refused'; response: SandboxResponse };

function checkKey({ headers }: SandboxRequest, now: Date): KeyCheck {
  if (headers['x-cg-pro-api-key'] !== undefined) return { kind: 'refused', response: proKeyOnThisHost(now) };
  const demoKey = headers['x-cg-demo-api-key'];
  if (demoKey === undefined) return { kind: 'accepted', plan: 'keyless' };
  return demoKey.trim() === ''
    ? { kind: 'refused', response: keyMissing(now) }
    : { kind: 'accepted', plan: 'demo' };
}

function proKeyOnThisHost(now: Date): SandboxResponse {
  return jsonResponse(400, {
    timestamp: now.toISOString(),
    error_code: 10010,
    status: {
      error_message:
        'If you are using Pro API key, please change your root URL from api.coingecko.com to pro-api.coingecko.com',
    },
  });
}

function keyMissing(now: Date): SandboxResponse {
  return jsonResponse(401, {
    status: {
      timestamp: now.toISOString(),
      error_code: 10002,
      error_message: "API Key Missing. Please make sure you're using the right authentication method.",
    },
  });
}

function tooManyRequests(retryAfterMs: number): SandboxResponse {
  const error_message =
    "You've exceeded the Rate Limit. Please visit https://www.coingecko.com/en/api/pricing to subscribe to our API plans for higher rate limits.";
  const headers = { 'Retry-After': String(Math.max(1, Math.ceil(retryAfterMs / 1_000))) };
  return jsonResponse(429, { status: { error_code: 429, error_message } }, headers);
}
