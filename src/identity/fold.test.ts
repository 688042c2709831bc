import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authorities, type Decision, type LinkMethod } from './decision.ts';
import { parseIdentityEvent, toIdentityEvent } from './events.ts';
import { aliasesOf, coinIdOf, foldIdentity, homeOf, linkOf, noIdentity } from './fold.ts';
import { coinKey } from './source-coin.ts';
import { folded, freshResolver, gecko, numbered, paprika } from './testing.ts';

const ref = { source: 'coinpaprika', sourceCoinId: 'gld-gold' };
const key = coinKey(ref);
const link = (coinId: string, method: LinkMethod): Decision => ({
  kind: 'link',
  ...ref,
  coinId,
  method,
  authority: authorities[method],
  confidence: 0.9,
  evidence: {},
});
const veto = (coinId: string): Decision => ({ kind: 'veto', ...ref, coinId, evidence: {} });
const merge = (coinId: string, into: string): Decision => {
  const grounds = { method: 'CONTRACT', authority: 60, confidence: 0.99, evidence: {} } as const;
  return { kind: 'merge', coinId, into, ...grounds };
};
const split = (coinId: string, from: string): Decision => ({ kind: 'split', coinId, from, evidence: {} });

const ids = fc.constantFrom('a', 'b', 'c', 'd');
const decision = fc.oneof(
  fc
    .tuple(ids, fc.constantFrom<LinkMethod>('OPERATOR', 'CONTRACT', 'SYMBOL_AND_NAME', 'FIRST_SEEN'))
    .map(([id, method]) => link(id, method)),
  ids.map(veto),
  fc.tuple(ids, ids).map(([id, into]) => merge(id, into)),
  ids.map((id) => split(id, 'a')),
);

describe('the fold of identity', () => {
  it('lets authority win, and among equals the later decision', () => {
    expect(homeOf(folded([link('a', 'CONTRACT'), link('b', 'SYMBOL_AND_NAME')]), key)).toBe('a');
    expect(homeOf(folded([link('a', 'CONTRACT'), link('b', 'CONTRACT')]), key)).toBe('b');
    expect(homeOf(folded([link('b', 'OPERATOR'), link('a', 'MAPPING')]), key)).toBe('b');
  });

  it('never follows a vetoed link until an operator links again, and falls back to the link before', () => {
    const vetoed = folded([link('a', 'FIRST_SEEN'), link('b', 'OPERATOR'), veto('b')]);
    expect(homeOf(vetoed, key)).toBe('a');
    expect(homeOf(folded([link('b', 'MAPPING')], vetoed), key)).toBe('a');
    expect(homeOf(folded([link('b', 'OPERATOR')], vetoed), key)).toBe('b');
    expect(linkOf(folded([veto('a')], vetoed), key)).toBeNull();
  });

  it('never follows a link to a coin that was merged into a vetoed one, and does when it is split', () => {
    const merged = folded([link('a', 'FIRST_SEEN'), link('b', 'CONTRACT'), veto('b'), merge('a', 'b')]);
    expect(homeOf(merged, key)).toBeNull();
    expect(homeOf(folded([split('a', 'b')], merged), key)).toBe('a');
  });

  it('leads every merged id to the coin that survives, and never in a circle', () => {
    const state = folded([link('a', 'FIRST_SEEN'), merge('c', 'b'), merge('b', 'a'), merge('a', 'c')]);
    expect(['a', 'b', 'c'].map((id) => coinIdOf(state, id))).toEqual(['a', 'a', 'a']);
    expect(aliasesOf(state, 'a')).toEqual(['b', 'c']);
  });

  it('comes to the same in one step or in many, and ends whatever was decided', () => {
    fc.assert(
      fc.property(fc.array(decision, { maxLength: 25 }), fc.nat(25), (decisions, at) => {
        const events = numbered(decisions);
        const whole = foldIdentity(noIdentity, events);
        const first = foldIdentity(noIdentity, events.slice(0, at));
        const before = structuredClone(first);
        expect(foldIdentity(first, events.slice(at))).toEqual(whole);
        expect(first).toEqual(before);
        for (const id of ['a', 'b', 'c', 'd']) expect(whole.merges.has(coinIdOf(whole, id))).toBe(false);
      }),
    );
  });

  it('writes decisions as whole numbers and text, and reads them back as they were', () => {
    const { decisions } = freshResolver([
      gecko('gold', 'gld', 'Gold', { priceUsd: '1e-11', rank: 3 }),
      paprika('gld-gold', 'GLD', 'Gold', { priceUsd: '1.1e-11' }),
    ]);
    expect(decisions.length).toBe(2);
    for (const decision of [...decisions, veto('a'), merge('a', 'b'), split('a', 'b')]) {
      const { type, metadata } = toIdentityEvent(decision);
      expect(JSON.stringify(metadata)).not.toMatch(/":-?\d*\.\d/);
      expect(parseIdentityEvent(type, JSON.parse(JSON.stringify(metadata)))).toEqual(decision);
    }
    expect(parseIdentityEvent('run.started', {})).toBeNull();
    expect(() => parseIdentityEvent('coin.merged', { coinId: 'a:b' })).toThrow();
  });
});
