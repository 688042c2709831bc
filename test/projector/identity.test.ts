import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { consensusOf } from '../../src/identity/consensus.ts';
import { readCoinsById } from '../../src/read/graphql/coins.ts';
import { judgeQuotes, readQuotes } from '../../src/read/graphql/quotes.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { appendRun } from '../support/events.ts';
import { decide, link, merge, split, veto } from '../support/identity.ts';
import { expectRebuildEqualsLive, projectAll } from '../support/project.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await expectRebuildEqualsLive(database);
  await database.close();
});

let runs = 0;
const run = (stream: string, params: Record<string, string>, body: object[]): Promise<void> =>
  appendRun(database.sql, {
    stream,
    runId: `run_${(runs += 1)}`,
    startedAt: new Date('2026-11-20T10:00:00Z'),
    params,
    pages: [JSON.stringify(body)],
  });

const at = (minute: number): string => new Date(Date.UTC(2026, 10, 20, 9, minute)).toISOString();
const gecko = (id: string, price: number | null, minute = 0, more: object = {}) =>
  run('coingecko.markets', { vs_currency: 'usd' }, [
    { id, symbol: id.slice(0, 3), name: id, current_price: price, last_updated: at(minute), ...more },
  ]);
const paprika = (id: string, price: number, minute = 0) =>
  run('coinpaprika.tickers', { quotes: 'USD' }, [
    {
      id,
      name: id,
      symbol: id.slice(0, 3),
      rank: 1,
      last_updated: at(minute),
      quotes: { USD: { price, volume_24h: 1, market_cap: 2 } },
    },
  ]);

const coins = async () =>
  (
    await database.sql<{ coinId: string; price: string | null; linkedSources: number; method: string }[]>`
      select coin_id, price, linked_sources, method from read.coin order by coin_id`
  ).map(({ coinId, price, linkedSources, method }) => [coinId, price, linkedSources, method]);

describe('a coin', () => {
  it('of two sources is one once they are linked, with the median of both, and its older id leads there', async () => {
    await gecko('bitcoin', 100);
    await paprika('btc-bitcoin', 102);
    await projectAll(database);
    expect(await coins()).toEqual([
      ['coingecko.bitcoin', '100', 1, 'only'],
      ['coinpaprika.btc-bitcoin', '102', 1, 'only'],
    ]);
    await decide(
      database.sql,
      link('coingecko:bitcoin', 'bitcoin', 'FIRST_SEEN'),
      link('coinpaprika:btc-bitcoin', 'btc-bitcoin', 'FIRST_SEEN'),
    );
    await projectAll(database);
    expect((await coins()).map(([coinId]) => coinId)).toEqual(['bitcoin', 'btc-bitcoin']);
    await decide(
      database.sql,
      link('coinpaprika:btc-bitcoin', 'bitcoin', 'CONTRACT'),
      merge('btc-bitcoin', 'bitcoin'),
    );
    await projectAll(database);
    expect(await coins()).toEqual([['bitcoin', '101', 2, 'median']]);
    expect(await database.sql`select alias, coin_id from read.coin_alias`).toEqual([
      { alias: 'btc-bitcoin', coinId: 'bitcoin' },
    ]);
  });

  it('comes apart again by a veto and a split, and has its own id back', async () => {
    await gecko('bitcoin', 100);
    await paprika('btc-bitcoin', 102);
    await decide(
      database.sql,
      link('coingecko:bitcoin', 'bitcoin', 'FIRST_SEEN'),
      link('coinpaprika:btc-bitcoin', 'btc-bitcoin', 'FIRST_SEEN'),
      link('coinpaprika:btc-bitcoin', 'bitcoin', 'CONTRACT'),
      merge('btc-bitcoin', 'bitcoin'),
    );
    await projectAll(database);
    expect(await coins()).toEqual([['bitcoin', '101', 2, 'median']]);
    await decide(
      database.sql,
      veto('coinpaprika:btc-bitcoin', 'bitcoin'),
      split('btc-bitcoin', 'bitcoin'),
      link('coinpaprika:btc-bitcoin', 'btc-bitcoin', 'OPERATOR'),
    );
    await projectAll(database);
    expect(await coins()).toEqual([
      ['bitcoin', '100', 1, 'only'],
      ['btc-bitcoin', '102', 1, 'only'],
    ]);
    expect(await database.sql`select * from read.coin_alias`).toEqual([]);
  });

  it('that nobody is linked to is an older id as well, once it is merged', async () => {
    await gecko('bitcoin', 100);
    await decide(database.sql, merge('two', 'one'));
    await projectAll(database);
    // What a rebuild sees in one commit with it.
    await decide(database.sql, link('coingecko:bitcoin', 'one'));
    await projectAll(database);
    expect(await database.sql`select alias, coin_id from read.coin_alias`).toEqual([
      { alias: 'two', coinId: 'one' },
    ]);
  });

  it('of which a veto left a source coin without any is shown by that one under an id of its own', async () => {
    await gecko('bitcoin', 100);
    await decide(database.sql, link('coingecko:bitcoin', 'wrong'), veto('coingecko:bitcoin', 'wrong'));
    await projectAll(database);
    expect(await coins()).toEqual([['coingecko.bitcoin', '100', 1, 'only']]);
  });

  it('leaves a wild and a stale quote out, and says so of each', async () => {
    await gecko('a', 100, 59);
    await paprika('b', 100, 58);
    await gecko('c', 900, 59);
    await paprika('d', 100, 0);
    await decide(
      database.sql,
      ...['coingecko:a', 'coinpaprika:b', 'coingecko:c'].map((key) =>
        link(key as `${string}:${string}`, 'x'),
      ),
    );
    await projectAll(database);
    expect(await coins()).toContainEqual(['x', '100', 2, 'trimmed']);
    const quotes = (await readQuotes(database.sql, ['x'])).get('x') ?? [];
    expect(judgeQuotes(quotes).map(({ sourceCoinId, exclusion }) => [sourceCoinId, exclusion])).toEqual([
      ['a', null],
      ['c', 'OUTLIER'],
      ['b', null],
    ]);
  });

  it('is the same whether the database finds its values or the consensus of its quotes does', async () => {
    const price = fc.oneof(fc.constantFrom(null, 0, -1, 1e-18, 1.5, 1e12), fc.double({ min: 0, max: 9 }));
    await fc.assert(
      fc.asyncProperty(fc.array(price, { minLength: 1, maxLength: 5 }), async (prices) => {
        await run(
          'coingecko.markets',
          { vs_currency: 'usd' },
          prices.map((current_price, index) => ({
            id: `coin-${index}`,
            symbol: 's',
            name: 'n',
            current_price,
            market_cap: 3,
            market_cap_rank: index + 1,
            last_updated: at((runs += 1) % 60),
          })),
        );
        await projectAll(database);
        const ids = prices.map((_, index) => `coingecko.coin-${index}`);
        const [found, quotes] = [await readCoinsById(database.sql, ids), await readQuotes(database.sql, ids)];
        for (const id of ids) {
          const of = quotes.get(id) ?? [];
          const row = found.get(id);
          if (!row) {
            expect(of).toEqual([]);
            continue;
          }
          const { values, method, quotesUsed, quotesTotal, observedAt } = consensusOf(
            of.map((quote) => ({ ...quote, currency: quote.quoteCurrency })),
          );
          expect(row).toMatchObject({ ...values, method, quotesUsed, quotesTotal, observedAt });
        }
      }),
      { numRuns: 10 },
    );
  });
});

describe('links', () => {
  const keys = ['coingecko:a', 'coingecko:b', 'coinpaprika:a', 'coinpaprika:c'] as const;
  const ids = ['one', 'two', 'three'];
  const decision = fc.oneof(
    fc
      .record({
        key: fc.constantFrom(...keys),
        id: fc.constantFrom(...ids),
        method: fc.constantFrom('OPERATOR' as const, 'CONTRACT' as const, 'FIRST_SEEN' as const),
      })
      .map(({ key, id, method }) => link(key, id, method)),
    fc
      .record({ key: fc.constantFrom(...keys), id: fc.constantFrom(...ids) })
      .map(({ key, id }) => veto(key, id)),
    fc.constantFrom(merge('two', 'one'), merge('three', 'two'), split('two', 'one'), split('three', 'two')),
  );

  it('come out the same after any decisions between any quotes, and as a rebuild finds them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(decision, { minLength: 1, maxLength: 8 }), async (decisions) => {
        for (const one of decisions) {
          await decide(database.sql, one);
          await gecko(runs % 2 ? 'a' : 'b', 100 + runs, runs % 60);
          if (runs % 3 === 0) await paprika(runs % 2 ? 'a' : 'c', 100, runs % 60);
        }
        await projectAll(database);
        await expectRebuildEqualsLive(database);
      }),
      { numRuns: 10 },
    );
  });
});
