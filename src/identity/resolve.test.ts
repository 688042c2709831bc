import { describe, expect, it } from 'vitest';
import type { Decision } from './decision.ts';
import { aliasesOf, homeOf } from './fold.ts';
import { linkByOperator, splitByOperator, unlinkByOperator, type OperatorOutcome } from './operator.ts';
import type { Resolver } from './resolve.ts';
import { coinKey, type SourceCoin } from './source-coin.ts';
import { freshResolver, gecko, numbered, paprika, row } from './testing.ts';

const home = (resolver: Resolver, coin: SourceCoin): string | null => homeOf(resolver.state(), coinKey(coin));
const contract = (platform: string, address: string) => ({ contracts: [{ platform, address }] });

function decisionsOf(outcome: OperatorOutcome): Decision[] {
  if (outcome.kind !== 'decided') throw new TypeError(`not decided: ${JSON.stringify(outcome)}`);
  return outcome.decisions;
}
function decree(resolver: Resolver, outcome: OperatorOutcome): Decision[] {
  resolver.observe(numbered(decisionsOf(outcome), resolver.state().version));
  return resolver.update([]);
}

const bitcoin = [
  gecko('bitcoin', 'btc', 'Bitcoin', { rank: 1, priceUsd: '87270' }),
  paprika('btc-bitcoin', 'BTC', 'Bitcoin', { rank: 1, priceUsd: '87311.5' }),
  row('BTC', 'BTC', { priceUsd: '87250.01' }),
] as const;
const [btcGecko, btcPaprika] = bitcoin;

describe('the resolver', () => {
  it('takes Bitcoin of all sources for one coin, and never any of its ten namesakes', () => {
    const namesakes = Array.from({ length: 10 }, (_, index) =>
      gecko(`btc-copy-${index}`, 'btc', index < 5 ? `Bitcoin ${index}` : `Copy ${index}`, {
        rank: 900 + index,
        priceUsd: '0.01',
      }),
    );
    const { resolver } = freshResolver([...namesakes, ...bitcoin]);
    expect(bitcoin.map((coin) => home(resolver, coin))).toEqual(['bitcoin', 'bitcoin', 'bitcoin']);
    expect(new Set([btcGecko, ...namesakes].map((coin) => home(resolver, coin))).size).toBe(11);
  });

  it('never links eleven coins of one symbol and one name to anything: which one it is cannot be told', () => {
    const coins = Array.from({ length: 11 }, (_, index) => gecko(`id-${index}`, 'btc', 'Bitcoin'));
    const other = paprika('btc-bitcoin', 'BTC', 'Bitcoin');
    const { resolver } = freshResolver([...coins, other]);
    expect(new Set([...coins, other].map((coin) => home(resolver, coin))).size).toBe(12);
    expect(resolver.ambiguous()).toHaveLength(11);
    expect(resolver.ambiguous()[0]).toMatchObject({
      reason: 'several are alike',
      evidence: { names: 'NAME_OR_SLUG' },
    });
  });

  it('never links by symbol and name where the price says otherwise, and does once it no longer does', () => {
    const other = { ...btcPaprika, priceUsd: '1.5' };
    const { resolver } = freshResolver([btcGecko, other]);
    expect(home(resolver, other)).not.toBe('bitcoin');
    expect(resolver.ambiguous()).toMatchObject([{ reason: 'prices differ', a: { sourceCoinId: 'bitcoin' } }]);
    resolver.update([btcPaprika]);
    expect(home(resolver, btcPaprika)).toBe('bitcoin');
    expect(resolver.ambiguous()).toEqual([]);
  });

  it('says nothing of prices more than a day apart', () => {
    const { resolver } = freshResolver([
      btcGecko,
      { ...btcPaprika, priceUsd: '10913', observedAt: new Date('2019-09-06T12:40:34Z') },
    ]);
    expect(home(resolver, btcPaprika)).toBe('bitcoin');
  });

  it('never links by name what has other contracts, and links by contract what has another name', () => {
    const gold = gecko('gold', 'gld', 'Gold', contract('ethereum', '0xAA'));
    const fake = paprika('gld-gold', 'GLD', 'Gold', contract('eth-ethereum', '0xBB'));
    const real = paprika('aur-aurum', 'AUR', 'Aurum', contract('eth-ethereum', '0xaa'));
    const { resolver, decisions } = freshResolver([gold, fake, real]);
    expect([gold, fake, real].map((coin) => home(resolver, coin))).toEqual(['gold', 'gold-gld', 'gold']);
    expect(decisions).toContainEqual(
      expect.objectContaining({
        sourceCoinId: 'aur-aurum',
        method: 'CONTRACT',
        authority: 60,
        confidence: 0.97,
      }),
    );
  });

  it('links names that differ by a word for the kind of thing, and never two such words, a gone coin or a wrapped one', () => {
    const gone = { isActive: false };
    const pairs = [
      [gecko('pirate-chain', 'arrr', 'Pirate Chain'), paprika('arrr-pirate', 'ARRR', 'Pirate')],
      [gecko('bee-coin', 'bee', 'BEE Honey Coin'), paprika('bee-bee-token', 'BEE', 'Bee Honey Token')],
      [gecko('secret', 'scrt', 'Secret'), paprika('scrt-secretcoin', 'SCRT', 'SecretCoin', gone)],
      [gecko('tron-bsc', 'trx', 'TRON (BSC)'), paprika('trx-tron', 'TRX', 'TRON')],
      [gecko('hype', 'hype', 'Hype'), paprika('hype-hype-token', 'HYPE', 'Hype Token')],
    ];
    const { resolver } = freshResolver(pairs.flat());
    const isOne = pairs.map((pair) => new Set(pair.map((coin) => home(resolver, coin))).size === 1);
    expect(isOne).toEqual([true, false, false, false, false]);
  });

  it('lets the mapping endpoint stand above contracts and names', () => {
    const gold = gecko('gold', 'gld', 'Gold', contract('ethereum', '0xAA'));
    const named = paprika('gld-gold', 'GLD', 'Gold');
    const mapped = paprika('x-x', 'X', 'X', { mappedIds: [{ source: 'coingecko', sourceCoinId: 'gold' }] });
    const { resolver } = freshResolver([gold, named, mapped]);
    expect([named, mapped].map((coin) => home(resolver, coin))).toEqual(['gold-gld', 'gold']);
  });

  it('links a row without a name once its price tells which of its symbol it is', () => {
    const copy = gecko('btc-copy', 'btc', 'Copy', { priceUsd: '0.01' });
    const unpriced = { ...bitcoin[2], priceUsd: null };
    const { resolver } = freshResolver([btcGecko, copy, unpriced]);
    expect(home(resolver, unpriced)).not.toBe('bitcoin');
    expect(resolver.ambiguous()).toHaveLength(2);
    resolver.update([bitcoin[2]]);
    expect(home(resolver, unpriced)).toBe('bitcoin');
  });

  it('links a row by the id it declares, unless its symbol is another', () => {
    const declaredIds = [{ source: 'coingecko', sourceCoinId: 'bitcoin' }];
    const declared = row('my coin', 'BTC', { declaredIds });
    const wrong = row('my other coin', 'ETH', { declaredIds });
    const { resolver } = freshResolver([btcGecko, declared, wrong]);
    expect([declared, wrong].map((coin) => home(resolver, coin))).toEqual(['bitcoin', 'my-other-coin']);
    expect(resolver.ambiguous()).toHaveLength(1);
  });

  it('knows a coin that has changed its symbol by what it was called before', () => {
    const coins = [gecko('zelcash', 'flux', 'Flux'), paprika('zel-zelcash', 'ZEL', 'ZelCash')];
    const { resolver } = freshResolver([...coins, gecko('flux', 'flux', 'Datamine FLUX')]);
    expect(coins.map((coin) => home(resolver, coin))).toEqual(['zelcash', 'zelcash']);
  });

  it('keeps a link when a coin is renamed', () => {
    const { resolver } = freshResolver(bitcoin);
    const renamed = gecko('bitcoin', 'xbt', 'Digital Gold');
    expect(resolver.update([renamed])).toEqual([]);
    expect(home(resolver, renamed)).toBe('bitcoin');
  });

  it('merges two coins on late evidence: the older id survives and the other leads to it', () => {
    const late = paprika('aur-aurum', 'AUR', 'Aurum');
    const { resolver } = freshResolver([late]);
    const gold = gecko('gold', 'gld', 'Gold', contract('ethereum', '0xAA'));
    resolver.update([gold]);
    expect(home(resolver, gold)).toBe('gold');
    const decisions = resolver.update([{ ...late, ...contract('eth-ethereum', '0xAA') }]);
    expect(decisions.map(({ kind }) => kind)).toEqual(['link', 'merge']);
    expect(decisions[1]).toMatchObject({ coinId: 'gold', into: 'aurum', method: 'CONTRACT' });
    expect([home(resolver, gold), aliasesOf(resolver.state(), 'aurum')]).toEqual(['aurum', ['gold']]);
  });

  it('writes stronger evidence for a link down once', () => {
    const { resolver } = freshResolver(bitcoin);
    const wrapped = contract('ethereum', '0xAA');
    const changed = [
      { ...btcGecko, ...wrapped },
      { ...btcPaprika, ...contract('eth-ethereum', '0xaa') },
    ];
    expect(resolver.update(changed)).toMatchObject([{ sourceCoinId: 'btc-bitcoin', method: 'CONTRACT' }]);
    expect(resolver.update(changed)).toEqual([]);
  });

  it('takes a link by name back when the contracts turn out to differ', () => {
    const { resolver } = freshResolver([gecko('gold', 'gld', 'Gold'), paprika('gld-gold', 'GLD', 'Gold')]);
    const changed = [
      gecko('gold', 'gld', 'Gold', contract('ethereum', '0xAA')),
      paprika('gld-gold', 'GLD', 'Gold', contract('eth-ethereum', '0xBB')),
    ];
    expect(resolver.update(changed)).toMatchObject([
      { sourceCoinId: 'gld-gold', coinId: 'gold-gld', method: 'CONTRACT' },
    ]);
    expect(resolver.update(changed)).toEqual([]);
    expect(resolver.ambiguous()).toMatchObject([{ reason: 'contracts differ' }]);
  });

  it('gives a place taken by likeness to the coin that has the contract', () => {
    const named = paprika('gld-gold', 'GLD', 'Gold');
    const { resolver } = freshResolver([gecko('gold', 'gld', 'Gold'), named]);
    const gold = gecko('gold', 'gld', 'Gold', contract('ethereum', '0xAA'));
    const real = paprika('aur-aurum', 'AUR', 'Aurum', contract('eth-ethereum', '0xAA'));
    resolver.update([gold, real]);
    expect([gold, real, named].map((coin) => home(resolver, coin))).toEqual(['gold', 'gold', 'gold-gld']);
    expect(resolver.update([gold, real, named])).toEqual([]);
  });

  it('never links again what an operator has unlinked, until an operator does', () => {
    const { resolver } = freshResolver(bitcoin);
    const reason = { reason: 'not the same' };
    decree(resolver, unlinkByOperator(resolver.state(), btcPaprika, reason));
    const apart = home(resolver, btcPaprika);
    expect(apart).toBe('bitcoin-btc');
    const mapped = { ...btcPaprika, mappedIds: [{ source: 'coingecko', sourceCoinId: 'bitcoin' }] };
    resolver.update([mapped]);
    expect(home(resolver, mapped)).toBe(apart);
    decree(resolver, linkByOperator(resolver.state(), btcPaprika, 'bitcoin', reason));
    expect(home(resolver, btcPaprika)).toBe('bitcoin');
    expect(aliasesOf(resolver.state(), 'bitcoin')).toEqual(['bitcoin-btc']);
  });

  it('gives every coin its id back when a merge is split, and keeps them apart', () => {
    const late = paprika('aur-aurum', 'AUR', 'Aurum');
    const gold = gecko('gold', 'gld', 'Gold', contract('ethereum', '0xAA'));
    const { resolver } = freshResolver([late, gold]);
    const before = [late, gold].map((coin) => home(resolver, coin));
    const changed = { ...late, ...contract('eth-ethereum', '0xAA') };
    resolver.update([changed]);
    const [merged] = aliasesOf(resolver.state(), home(resolver, gold) ?? '');
    decree(resolver, splitByOperator(resolver.state(), merged ?? '', { reason: 'two' }));
    expect([late, gold].map((coin) => home(resolver, coin))).toEqual(before);
    expect(resolver.update([changed, gold])).toEqual([]);
  });

  it('tells an operator what cannot be done', () => {
    const { resolver } = freshResolver([btcGecko]);
    const state = resolver.state();
    const stranger = { source: 'csv', sourceCoinId: 'x' };
    expect(unlinkByOperator(state, btcGecko, {}).kind).toBe('nothing');
    expect(unlinkByOperator(state, stranger, {})).toEqual({ kind: 'unknown', what: 'source coin' });
    expect(linkByOperator(state, stranger, 'bitcoin', {})).toEqual({ kind: 'unknown', what: 'source coin' });
    expect(linkByOperator(state, btcGecko, 'nowhere', {})).toEqual({ kind: 'unknown', what: 'coin' });
    expect(splitByOperator(state, 'bitcoin', {}).kind).toBe('nothing');
  });
});
