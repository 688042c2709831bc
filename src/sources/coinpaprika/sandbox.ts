import { type AnswerCache, createAnswerCache } from '../../sandbox/kit/answer-cache.ts';
import { errorResponse, pathBelow } from '../../sandbox/kit/response.ts';
import { createSlidingWindow } from '../../sandbox/kit/sliding-window.ts';
import type {
  SandboxMarket,
  SandboxRequest,
  SandboxResponse,
  SandboxRoutes,
  SandboxUpstream,
} from '../sandbox-market.ts';
import { coinById, coins } from './sandbox-coins.ts';
import { contractPlatforms, platformContracts } from './sandbox-contracts.ts';
import { mappings } from './sandbox-mappings.ts';
import { global } from './sandbox-global.ts';
import { type Plan, type View, createView } from './sandbox-view.ts';
import { tickerById, tickers } from './sandbox-tickers.ts';

const basePath = '/v1';
const requestsPerSecond = 10;
/** How often a plan's answers are renewed. */
const cacheTtlMs = { free: 300_000, paid: 60_000 } as const;
/** Paths that need a plan above the one a key stands for here. */
const beyondPlan = /^\/(coins\/mappings|changelog\/ids|key\/info|(tickers|contracts)\/.+\/historical)$/;
/** A key that stands for the plan which has the mappings. */
const businessKey = /^(Bearer )?business-/;
const keyForm = /^(Bearer )?[\w-]{8,}$/;

/** Stands in for CoinPaprika: free without an Authorization header, paid with any well-formed key. */
export const sandbox: SandboxRoutes = { basePath, create: createUpstream };

function createUpstream(market: SandboxMarket): SandboxUpstream {
  const window = createSlidingWindow({ limit: requestsPerSecond, windowMs: 1_000 });
  const caches = {
    free: createAnswerCache({ ttlMs: cacheTtlMs.free, entriesMax: 20 }),
    paid: createAnswerCache({ ttlMs: cacheTtlMs.paid, entriesMax: 20 }),
  };

  return {
    handle(request) {
      if (window.admit(request.nowMs).kind === 'refused') {
        return errorResponse(429, 'you have reached maximum request limit');
      }
      const key = request.headers['authorization'];
      if (key !== undefined && !keyForm.test(key)) return errorResponse(403, 'invalid API key');
      const plan = key === undefined ? 'free' : 'paid';
      return answer(market, plan, caches[plan], request);
    },
  };
}

function answer(
  market: SandboxMarket,
  plan: Plan,
  cache: AnswerCache,
  request: SandboxRequest,
): SandboxResponse {
  const below = pathBelow(basePath, request.path);
  if (below === null) return errorResponse(404, 'not found');
  const isMapped = below === '/coins/mappings' && businessKey.test(request.headers['authorization'] ?? '');
  if (beyondPlan.test(below) && !isMapped)
    return errorResponse(402, 'this API plan does not include the requested resource');
  const moment = market.now();
  const key = `${below}?${request.query.toString()}`;
  return cache.answer(key, moment.getTime(), () =>
    route(below, request.query, createView(market, plan, moment)),
  );
}

function route(below: string, query: URLSearchParams, view: View): SandboxResponse {
  const [collection = '', id, more] = below.slice(1).split('/');
  if (more !== undefined) return errorResponse(404, 'not found');
  if (below === '/coins/mappings') return mappings(view, query);
  if (collection === 'tickers') return id === undefined ? tickers(view, query) : tickerById(view, query, id);
  if (collection === 'coins') return id === undefined ? coins(view) : coinById(view, id);
  if (collection === 'contracts') return id === undefined ? contractPlatforms() : platformContracts(view, id);
  if (collection === 'global' && id === undefined) return global(view);
  return errorResponse(404, 'not found');
}
