import type { FaultSizes } from '../../src/sandbox/faults/fault.ts';
import { createFaultPlan, type Decision, type FaultPlan } from '../../src/sandbox/faults/plan.ts';
import { parseFaultProfile } from '../../src/sandbox/faults/profile.ts';
import { createMarket } from '../../src/sandbox/market.ts';
import { createSandboxServer } from '../../src/sandbox/server.ts';
import { coingecko } from '../../src/sources/coingecko/index.ts';
import { coins } from './small-pages.ts';

export interface FaultyUpstream {
  url: string;
  plan: FaultPlan;
  /** Every body that left the sandbox whole. */
  sent: Set<string>;
  /** What the stand-in answered to each request, before a fault. */
  statuses: readonly number[];
  requests: () => number;
  /** From now on without faults. */
  heal: () => void;
  close: () => Promise<void>;
}

export interface FaultyUpstreamOptions {
  sizes?: Partial<FaultSizes>;
  coins?: number;
  /** By which it counts requests. */
  clock?: () => Date;
  /** By which its prices move; without it they stand still, and what a page says changes by a fault alone. */
  marketClock?: () => Date;
}

/** The sandbox under a profile of faults; remembers what it sent. */
export async function startFaultyUpstream(
  profile: string,
  {
    sizes = {},
    coins: coinsThere = coins,
    clock = () => new Date(),
    marketClock,
  }: FaultyUpstreamOptions = {},
): Promise<FaultyUpstream> {
  const sent = new Set<string>();
  const statuses: number[] = [];
  let healthy = false;
  const plan = createFaultPlan(parseFaultProfile(profile), sizes);
  const startedAt = new Date(clock().getTime() - 3_600_000);
  const market = createMarket({
    seed: 7,
    coins: coinsThere,
    speed: 1,
    startedAt,
    clock: marketClock ?? (() => startedAt),
  });
  const server = createSandboxServer({
    sources: [coingecko],
    market,
    clock,
    faults: {
      given: plan.given,
      decide(asked) {
        statuses.push(asked.response.status);
        const decision: Decision = healthy
          ? { fault: null, effect: { kind: 'answer', response: asked.response } }
          : plan.decide(asked);
        if (decision.effect.kind === 'answer') sent.add(decision.effect.response.body);
        return decision;
      },
    },
  });
  const { url } = await server.listen(0);
  return {
    url,
    plan,
    sent,
    statuses,
    requests: () => statuses.length,
    heal: () => {
      healthy = true;
    },
    close: () => server.close(),
  };
}
