import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coinIdOf, homeOf, isVetoed, type IdentityState } from './fold.ts';
import { linkByOperator, splitByOperator, unlinkByOperator } from './operator.ts';
import { createResolver } from './resolve.ts';
import { coinKey, hasOneIdPerCoin, type SourceCoin } from './source-coin.ts';
import { folded, freshResolver, gecko, numbered, paprika, row, testTime } from './testing.ts';

const words = fc.constantFrom('gold', 'old', 'pirate', 'chain', 'token', '[old]', 'x');
const known = fc.record({
  rank: fc.constantFrom(null, 1, 40, 2_000),
  priceUsd: fc.constantFrom(null, '0', '1e-11', '5', '5.1', '900'),
  contracts: fc.array(
    fc.record({ platform: fc.constantFrom('ethereum', 'solana'), address: fc.constantFrom('0xA', '0xB') }),
    { maxLength: 2 },
  ),
  isActive: fc.boolean(),
  mappedIds: fc.array(fc.constantFrom({ source: 'coingecko', sourceCoinId: 'gold' }), { maxLength: 1 }),
});
const coin: fc.Arbitrary<SourceCoin> = fc
  .tuple(
    fc.constantFrom('gecko', 'paprika', 'row'),
    fc.array(words, { minLength: 1, maxLength: 2 }),
    fc.array(words, { minLength: 1, maxLength: 2 }),
    fc.constantFrom('GLD', 'PIR'),
    known,
  )
  .map(([source, id, name, symbol, known]) => {
    if (source === 'gecko') return gecko(id.join('-'), symbol, name.join(' '), { ...known, mappedIds: [] });
    if (source === 'paprika')
      return paprika(`${symbol.toLowerCase()}-${id.join('-')}`, symbol, name.join(' '), known);
    return row(id.join(' '), symbol, { priceUsd: known.priceUsd, observedAt: testTime });
  });
const coins = fc.uniqueArray(coin, { selector: coinKey, maxLength: 14 });

const homesOf = (state: IdentityState, of: readonly SourceCoin[]): (string | null)[] =>
  of.map((coin) => homeOf(state, coinKey(coin)));

describe('the resolver, whatever the coins', () => {
  it('decides the same in whatever order a batch comes', () => {
    const shuffled = coins.chain((batch) =>
      fc.tuple(fc.constant(batch), fc.shuffledSubarray(batch, { minLength: batch.length })),
    );
    fc.assert(
      fc.property(shuffled, ([batch, other]) => {
        expect(freshResolver(other).decisions).toEqual(freshResolver(batch).decisions);
      }),
    );
  });

  it('gives every coin a home without a colon, decides nothing twice, and neither does one that starts from its events', () => {
    fc.assert(
      fc.property(coins, coins, (first, second) => {
        const { resolver, decisions } = freshResolver(first);
        const later = resolver.update(second);
        const all = [...new Map([...first, ...second].map((coin) => [coinKey(coin), coin])).values()];
        expect(resolver.update(all)).toEqual([]);
        const identity = folded([...decisions, ...later]);
        expect(homesOf(identity, all)).toEqual(homesOf(resolver.state(), all));
        expect(homesOf(identity, all).every((id) => id !== null && !id.includes(':'))).toBe(true);
        expect(createResolver({ identity, coins: all }).update([])).toEqual([]);
      }),
    );
  });

  it('never takes two coins of one source for one', () => {
    fc.assert(
      fc.property(coins, coins, (first, second) => {
        const { resolver } = freshResolver(first);
        resolver.update(second);
        const all = [...first, ...second].filter(({ source }) => hasOneIdPerCoin(source));
        const homes = new Map(
          all.map((coin) => [coinKey(coin), `${coin.source} ${homeOf(resolver.state(), coinKey(coin))}`]),
        );
        expect(new Set(homes.values()).size).toBe(homes.size);
      }),
    );
  });

  it('never brings together again what an operator has parted', () => {
    fc.assert(
      fc.property(coins, coins, fc.nat(), (first, second, at) => {
        const { resolver } = freshResolver(first);
        const parted = first[at % Math.max(1, first.length)];
        if (parted === undefined) return;
        const before = resolver.state();
        const home = homeOf(before, coinKey(parted));
        const outcome = unlinkByOperator(before, parted, {});
        if (outcome.kind !== 'decided') return;
        resolver.observe(numbered(outcome.decisions, before.version));
        resolver.update([]);
        resolver.update(second);
        resolver.update([...second, parted]);
        const apart = homeOf(resolver.state(), coinKey(parted));
        expect(apart).not.toBeNull();
        expect(apart).not.toBe(home);
        expect(isVetoed(resolver.state(), coinKey(parted), apart ?? '')).toBe(false);
      }),
    );
  });

  it('never moves what an operator has linked, and decides nothing twice beside it', () => {
    fc.assert(
      fc.property(coins, coins, fc.nat(), fc.nat(), (first, second, at, to) => {
        const { resolver } = freshResolver(first);
        const before = resolver.state();
        const linked = first[at % Math.max(1, first.length)];
        const companion = first[to % Math.max(1, first.length)];
        if (linked === undefined || companion === undefined) return;
        const target = homeOf(before, coinKey(companion)) ?? '';
        const outcome = linkByOperator(before, linked, target, {});
        if (outcome.kind !== 'decided') throw new TypeError(outcome.kind);
        resolver.observe(numbered(outcome.decisions, before.version));
        resolver.update(second);
        const state = resolver.state();
        expect(homeOf(state, coinKey(linked))).toBe(coinIdOf(state, target));
        resolver.update([...first, ...second]);
        expect(resolver.update([...first, ...second])).toEqual([]);
      }),
    );
  });

  it('gives an id back that was merged, with every coin that was there, and never takes it for the same again', () => {
    fc.assert(
      fc.property(coins, coins, (first, second) => {
        const { resolver } = freshResolver(first);
        const before = resolver.state();
        const decisions = resolver.update(second);
        const merge = decisions.find(({ kind }) => kind === 'merge');
        if (merge === undefined) return;
        const after = resolver.state();
        const from = coinIdOf(after, merge.coinId);
        const linked = new Set(decisions.flatMap((one) => (one.kind === 'link' ? [coinKey(one)] : [])));
        const wasThere = first.filter(
          (coin) => homeOf(before, coinKey(coin)) === merge.coinId && homeOf(after, coinKey(coin)) === from,
        );
        const cameAlong = wasThere.filter((coin) => !linked.has(coinKey(coin)));
        const outcome = splitByOperator(after, merge.coinId, {});
        if (outcome.kind !== 'decided') throw new TypeError(outcome.kind);
        resolver.observe(numbered(outcome.decisions, after.version));
        const split = resolver.state();
        resolver.update([]);
        expect(coinIdOf(split, merge.coinId)).toBe(merge.coinId);
        expect(coinIdOf(resolver.state(), merge.coinId)).not.toBe(from);
        expect(new Set(homesOf(split, cameAlong))).toEqual(new Set(cameAlong.map(() => merge.coinId)));
        expect(homesOf(resolver.state(), wasThere)).not.toContain(from);
      }),
    );
  });
});
