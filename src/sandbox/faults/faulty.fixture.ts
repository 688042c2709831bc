import { onTestFinished } from 'vitest';
import type { SandboxMarket, SandboxRoutes } from '../../sources/sandbox-market.ts';
import type { Source } from '../../sources/source.ts';
import { jsonResponse } from '../kit/response.ts';
import { createSandboxServer } from '../server.ts';
import type { FaultSizes } from './fault.ts';
import { type FaultPlan, createFaultPlan } from './plan.ts';
import { parseFaultProfile } from './profile.ts';

export interface TestCoin {
  id: string;
  name: string;
  rank: number;
  quotes: { USD: { price: number } };
  last_updated: string;
}

/** What the stand-in of the tests has: two full pages of two, and a half one. */
export const coins: readonly TestCoin[] = ['ant', 'bee', 'cat', 'dog', 'eel'].map((name, index) => ({
  id: `${name}-coin`,
  name,
  rank: index + 1,
  quotes: { USD: { price: 10 + index } },
  last_updated: '2028-02-29T01:02:03Z',
}));

export const nowMs = Date.UTC(2028, 1, 29, 1, 2, 4);

const perPage = 2;
const noMarket: SandboxMarket = { now: () => new Date(nowMs), coinsAt: () => [], usdPer: () => null };

const routes: SandboxRoutes = {
  basePath: '/v9',
  create: () => ({
    handle: ({ path, query }) => {
      if (path === '/v9/ping') return jsonResponse(200, { pong: 1 });
      const from = (Number(query.get('page') ?? 1) - 1) * perPage;
      return jsonResponse(200, coins.slice(from, from + perPage));
    },
  }),
};

function source(name: string): Source {
  return {
    name,
    title: name,
    variables: {},
    schedule: '* * * * *',
    staleAfterMs: 1,
    settings: null,
    feed: {
      kind: 'poll',
      stream: name,
      request: () => ({ path: '/', params: {} }),
      check: () => ({ kind: 'page', records: 0, last: true }),
      fields: { required: [], optional: [], ifRequested: [], maps: [], emptyIsNull: false },
      readValues: () => [],
      toRecords: () => [],
    },
    directories: [],
    sandbox: routes,
  };
}

export interface FaultySandbox {
  url: string;
  plan: FaultPlan;
  /** What the server failed at, to its own surprise. */
  errors: unknown[];
  /** Asks the source `zoo`; redirects are not followed. */
  get: (path: string, init?: RequestInit) => Promise<Response>;
  page: (page: number) => Promise<Partial<TestCoin>[]>;
  close: () => Promise<void>;
}

/** A sandbox with the sources `zoo` and `coingecko` under a profile of faults; closed with the test. */
export async function startFaulty(profile: string, sizes: Partial<FaultSizes> = {}): Promise<FaultySandbox> {
  const plan = createFaultPlan(parseFaultProfile(profile), sizes);
  const errors: unknown[] = [];
  const server = createSandboxServer({
    sources: [source('zoo'), source('coingecko')],
    market: noMarket,
    clock: () => new Date(nowMs),
    faults: plan,
    log: { debug: () => undefined, error: (fields) => errors.push(fields) },
  });
  onTestFinished(async () => server.close());
  const { url } = await server.listen(0);
  const get: FaultySandbox['get'] = async (path, init) =>
    fetch(`${url}/zoo/v9${path}`, { redirect: 'manual', ...init });
  return {
    url,
    plan,
    errors,
    get,
    page: async (page) => (await (await get(`/coins?page=${page}`)).json()) as Partial<TestCoin>[],
    close: async () => server.close(),
  };
}
