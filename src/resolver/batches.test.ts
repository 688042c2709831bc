import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { homeOf, noIdentity } from '../identity/fold.ts';
import { createResolver } from '../identity/resolve.ts';
import { coinKey, type SourceCoin } from '../identity/source-coin.ts';
import { folded, freshResolver, gecko, paprika } from '../identity/testing.ts';
import { inBatches } from './batches.ts';

const names = ['Gold', 'Pirate', 'Flux', 'Neon'];
const contract = (address: number) => ({ contracts: [{ platform: 'ethereum', address: `0x${address}` }] });
const coins = names.flatMap((name, place) => [
  gecko(name.toLowerCase(), name.slice(0, 3), name, contract(place + 1)),
  paprika(`x-${name.toLowerCase()}-${place}`, `X${place}`, `Other ${name}`),
]);
/** The same for the two that turn out to be one. */
const placeOf = ({ sourceCoinId, name }: SourceCoin): number => {
  const place = names.findIndex((known) => name?.endsWith(known)) + 1;
  return sourceCoinId.startsWith('new-') ? place + 100 : place;
};
const newcomers = names.flatMap((name) => [gecko(`new-${name.toLowerCase()}`, 'new', `New ${name}`)]);
const late = [...newcomers, ...coins].map((coin) => ({ ...coin, ...contract(placeOf(coin)) }));

describe('decisions in batches', () => {
  it('are all there in their order, and a kill between any two batches ends in the same coins', () => {
    const first = freshResolver(coins);
    const before = first.resolver.state();
    const decisions = first.resolver.update(late);
    expect(decisions.filter(({ kind }) => kind === 'merge')).toHaveLength(names.length);
    const after = folded(decisions, before);
    expect([...inBatches(decisions, 1)].length).toBeGreaterThan(2);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(), (size, kill) => {
        const batches = [...inBatches(decisions, size)];
        expect(batches.flat()).toEqual(decisions);
        const written = batches.slice(0, kill % (batches.length + 1)).flat();
        const identity = folded(written, before);
        const rest = createResolver({ identity, coins: late }).update([]);
        const state = folded(rest, identity);
        for (const coin of late) expect(homeOf(state, coinKey(coin))).toBe(homeOf(after, coinKey(coin)));
        expect(new Map(state.merges)).toEqual(new Map(after.merges));
      }),
    );
  });

  it('are none where there is nothing to say', () => {
    expect([...inBatches([], 5)]).toEqual([]);
    expect(folded([], noIdentity)).toBe(noIdentity);
  });
});
