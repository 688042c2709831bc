import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decision } from './decision.ts';
import { coinIdOf, homeOf, linkOf, noIdentity } from './fold.ts';
import { coinKey } from './source-coin.ts';
import { createStanding } from './standing.ts';

const coins = ['a', 'b', 'c'].map((sourceCoinId) => ({ source: 'x', sourceCoinId }));
const coin = fc.constantFrom(...coins);
const id = fc.constantFrom('one', 'two', 'three', 'four');
const grounds = { authority: 40, method: 'SYMBOL_AND_NAME', confidence: 1, evidence: {} } as const;
const operator = { authority: 100, method: 'OPERATOR', confidence: 1, evidence: {} } as const;
const decision: fc.Arbitrary<Decision> = fc.oneof(
  fc
    .record({ coin, coinId: id, by: fc.constantFrom(grounds, operator) })
    .map(({ coin, coinId, by }) => ({ kind: 'link', ...coin, coinId, ...by }) as const),
  fc
    .record({ coin, coinId: id })
    .map(({ coin, coinId }) => ({ kind: 'veto', ...coin, coinId, evidence: {} }) as const),
  fc
    .record({ coinId: id, into: id })
    .map(({ coinId, into }) => ({ kind: 'merge', coinId, into, ...grounds }) as const),
  fc
    .record({ coinId: id, from: id })
    .map(({ coinId, from }) => ({ kind: 'split', coinId, from, evidence: {} }) as const),
);

describe('what stands', () => {
  it('is what the fold says after every event, and every coin that an event moved is told', () => {
    fc.assert(
      fc.property(fc.array(decision, { maxLength: 20 }), (decisions) => {
        const standing = createStanding(noIdentity);
        const homes = new Map<string, string | null>(coins.map((one) => [coinKey(one), null]));
        for (const [index, one] of decisions.entries()) {
          const told = standing.apply({ version: index + 1, decision: one });
          const state = standing.state();
          for (const [key, before] of homes) {
            const home = homeOf(state, key);
            expect(standing.home(key)).toBe(home);
            expect(standing.link(key)).toEqual(linkOf(state, key));
            if (home !== before) expect(told).toContain(key);
            homes.set(key, home);
          }
          for (const [key, home] of homes) if (home) expect(standing.members(home)).toContain(key);
        }
        expect(coinIdOf(standing.state(), 'none')).toBe('none');
      }),
      { numRuns: 500 },
    );
  });
});
