import { createFaults, defaultSizes, type FaultName } from './catalogue.ts';
import type { Asked, Effect, Exchange, Fault, FaultSizes, GivenPage } from './fault.ts';
import { pageAsked } from './page.ts';
import { type FaultProfile, drawFault } from './profile.ts';

export interface Decision {
  /** Null where the answer stays as it is. */
  fault: FaultName | null;
  effect: Effect;
}

export interface FaultPlan {
  /** What becomes of an answer. Every call counts as one request. */
  decide(asked: Asked): Decision;
  /** How often each fault was given; one that had nothing to change was not. */
  readonly given: ReadonlyMap<FaultName, number>;
}

/** The page that an exchange came to, for the faults that look back; null when it gave none. */
function pageGiven({ request }: Asked, effect: Effect): GivenPage | null {
  if (effect.kind !== 'answer') return null;
  const { status, body } = effect.response;
  return status === 200 && body.startsWith('[')
    ? { path: request.path, page: pageAsked(request), body }
    : null;
}

/** Carries out a profile: the same requests in the same order get the same faults. */
export function createFaultPlan(profile: FaultProfile, sizes: Partial<FaultSizes> = {}): FaultPlan {
  const faults: Record<FaultName, Fault> = createFaults({ ...defaultSizes, ...sizes });
  const given = new Map<FaultName, number>();
  const pages = new Map<string, GivenPage>();
  let requests = 0;
  let faultsLeft = profile.times ?? Infinity;

  function decideOn(exchange: Exchange): Decision {
    requests += 1;
    const fault = faultsLeft > 0 ? drawFault(profile, requests) : null;
    const effect = fault === null ? null : faults[fault].effect(exchange);
    if (fault === null || effect === null) {
      return { fault: null, effect: { kind: 'answer', response: exchange.response } };
    }
    faultsLeft -= 1;
    given.set(fault, (given.get(fault) ?? 0) + 1);
    return { fault, effect };
  }

  return {
    given,
    decide(asked) {
      const decision = decideOn({ ...asked, previous: pages.get(asked.source) ?? null });
      const page = pageGiven(asked, decision.effect);
      if (page !== null) pages.set(asked.source, page);
      return decision;
    },
  };
}
