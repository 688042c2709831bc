import { describe, expect, it } from 'vitest';
import { sources } from '../../sources/registry.ts';
import { createMarket } from '../market.ts';
import { createMounts } from '../mounts.ts';
import { faultNames } from './catalogue.ts';
import type { Asked } from './fault.ts';
import { createFaultPlan } from './plan.ts';
import { parseFaultProfile } from './profile.ts';
import { coins } from './faulty.fixture.ts';

const plan = (text: string) => createFaultPlan(parseFaultProfile(text));

function asked(body: string): Asked {
  const response = { status: 200, body };
  const request = { path: '/coins', query: new URLSearchParams(), headers: {}, nowMs: 0 };
  return { source: 'zoo', url: '/zoo/coins', request, response, askPage: () => response };
}

const list = asked(JSON.stringify(coins));
const object = asked('{}');

describe('a plan of faults', () => {
  it('gives the same faults to the same requests', () => {
    const [one, two] = [plan('all:0.6,seed=9'), plan('all:0.6,seed=9')];
    const faults = Array.from({ length: 300 }, () => one.decide(list).fault);
    expect(Array.from({ length: 300 }, () => two.decide(list).fault)).toEqual(faults);
    expect(new Set(faults).size).toBeGreaterThan(20);
  });

  it('counts what it gives', () => {
    const mix = plan('silent:0.5,html-200:0.5');
    const faults = Array.from({ length: 50 }, () => mix.decide(list).fault);
    for (const fault of ['silent', 'html-200'] as const) {
      expect(mix.given.get(fault)).toBe(faults.filter((given) => given === fault).length);
    }
  });

  it('is healthy after so many faults; one that had nothing to change is none of them', () => {
    const twice = plan('changed-type,times=2');
    const faults = [object, list, object, list, list].map((exchange) => twice.decide(exchange).fault);
    expect(faults).toEqual([null, 'changed-type', null, 'changed-type', null]);
    expect([...twice.given]).toEqual([['changed-type', 2]]);
  });

  it('gives back the very answer where there is no fault', () => {
    expect(plan('silent,after=1').decide(list)).toEqual({
      fault: null,
      effect: { kind: 'answer', response: list.response },
    });
  });
});

const paths: Record<string, string> = {
  coingecko: '/coins/markets?vs_currency=usd&page=1',
  coinpaprika: '/tickers',
};

describe.each(Object.entries(paths))('every fault on the stand-in of %s', (name, pathAndQuery) => {
  const startedAt = new Date('2026-03-01T00:00:00Z');
  let requests = 0;
  // Far apart, so that no cache and no limit of the stand-in answers.
  const nowMs = (): number => startedAt.getTime() + requests * 600_000;
  const market = createMarket({ seed: 1, coins: 200, speed: 1, startedAt, clock: () => new Date(nowMs()) });
  const mounts = createMounts(sources, market);
  const mount = mounts.find(({ source }) => source === name);
  if (!mount) throw new Error(`no stand-in of ${name}`);
  const ask = (page: number): Asked => {
    const url = new URL(`http://sandbox${mount.basePath}${pathAndQuery}`);
    if (page > 1) url.searchParams.set('page', String(page));
    requests += 1;
    const request = { path: url.pathname, query: url.searchParams, headers: {}, nowMs: nowMs() };
    const response = mount.upstream.handle(request);
    return {
      source: name,
      url: url.pathname + url.search,
      request,
      response,
      askPage: (n) => ask(n).response,
    };
  };

  it.each(faultNames)('%s changes the answer', (fault) => {
    const faulty = plan(fault);
    const decisions = [1, 2].map((page) => {
      const asked = ask(page);
      return { normal: asked.response, ...faulty.decide(asked) };
    });
    const given = decisions.find((decision) => decision.fault === fault);
    expect(given?.normal.status).toBe(200);
    expect(given?.effect).not.toEqual({ kind: 'answer', response: given?.normal });
  });
});
