import { describe, expect, it } from 'vitest';
import type { CoinSpread } from '../read/spreads.ts';
import { judgeSilence, judgeSpreads, type OpenAnomaly } from './judge.ts';

const limit = 10;
const coin: CoinSpread = {
  coinId: 'x',
  name: 'X',
  rank: 5,
  method: 'median',
  spreadPercent: '10.1',
  quotesUsed: 2,
  linkedSources: 2,
};
const open: OpenAnomaly = { anomalyId: 'a', kind: 'spread', source: null, coinId: 'x' };
const judged = (change: Partial<CoinSpread>, anomalies: OpenAnomaly[] = []) => {
  const { raise, resolve } = judgeSpreads([{ ...coin, ...change }], anomalies, limit);
  return { raised: raise.map(({ severity }) => severity), resolved: resolve.map(({ reason }) => reason) };
};
const nothing = { raised: [], resolved: [] };

describe('a spread', () => {
  it('is raised beyond the limit, once, and matters by the rank of the coin', () => {
    expect(judged({ spreadPercent: '10' })).toEqual(nothing);
    expect(judged({})).toEqual({ raised: ['WARNING'], resolved: [] });
    expect(judged({ rank: 101 }).raised).toEqual(['INFO']);
    expect(judged({ rank: null }).raised).toEqual(['INFO']);
    expect(judged({}, [open])).toEqual(nothing);
  });

  it('is raised where a quote of a large coin was left out, whatever the others agree on', () => {
    expect(judged({ method: 'trusted', spreadPercent: null, quotesUsed: 1 }).raised).toEqual(['CRITICAL']);
    expect(judged({ method: 'trimmed', spreadPercent: '0.1', rank: 500 }).raised).toEqual(['INFO']);
    expect(judged({ method: 'trimmed', spreadPercent: '0.1', rank: 501 })).toEqual(nothing);
  });

  it('stays between the limit and four fifths of it, and while there is only one quote to go by', () => {
    expect(judged({ spreadPercent: '8.1' }, [open])).toEqual(nothing);
    expect(judged({ spreadPercent: '8' }, [open]).resolved).toHaveLength(1);
    expect(judged({ spreadPercent: null, method: 'only', quotesUsed: 1 }, [open])).toEqual(nothing);
  });

  it('is over with its coin, or with the second source of it', () => {
    expect(judgeSpreads([], [open], limit).resolve).toHaveLength(1);
    expect(judged({ spreadPercent: null, linkedSources: 1 }, [open]).resolved).toHaveLength(1);
  });
});

describe('a silent source', () => {
  const now = new Date('2026-11-20T10:00:00Z');
  const source = {
    source: 's',
    since: new Date('2026-11-20T09:50:00Z'),
    staleAfterMs: 600_000,
    isPaused: false,
  };
  const silent = { ...source, since: new Date('2026-11-20T09:49:59Z') };
  const raised: OpenAnomaly = { anomalyId: 'b', kind: 'source_silent', source: 's', coinId: null };

  it('is raised once it is silent for longer than it may, and once only', () => {
    expect(judgeSilence([source], [], now)).toEqual({ raise: [], resolve: [] });
    expect(judgeSilence([silent], [], now).raise).toMatchObject([{ kind: 'source_silent', source: 's' }]);
    expect(judgeSilence([silent], [raised, open], now)).toEqual({ raise: [], resolve: [] });
  });

  it('is over once it was read, is paused, or is asked no more; each says which', () => {
    const reasons = (sources: Parameters<typeof judgeSilence>[0]) =>
      judgeSilence(sources, [raised], now).resolve.map(({ reason }) => reason);
    expect(reasons([source])).toEqual(['the source was read again']);
    expect(reasons([{ ...silent, isPaused: true }])).toEqual(['the source is paused']);
    expect(reasons([])).toEqual(['the source is asked no more']);
  });
});
