import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createMarket } from '../../sandbox/market.ts';
import { sandbox } from './sandbox.ts';

const startMs = Date.UTC(2026, 2, 1);
const key = { authorization: 'a-paid-key-1' };

interface Ticker {
  id: string;
  symbol: string;
  rank: number;
  last_updated: string;
  quotes: Record<string, Record<string, unknown>>;
  [other: string]: unknown;
}

/** A stand-in with a clock that only the test moves. */
function open({ coins = 2_000 } = {}) {
  const time = { nowMs: startMs };
  const clock = (): Date => new Date(time.nowMs);
  const market = createMarket({ seed: 1, coins, speed: 1, startedAt: new Date(startMs), clock });
  const upstream = sandbox.create(market);
  const get = (path: string, headers: Record<string, string> = {}) => {
    const url = new URL(`http://sandbox/v1${path}`);
    return upstream.handle({ path: url.pathname, query: url.searchParams, headers, nowMs: time.nowMs });
  };
  const tickers = (query = '', headers: Record<string, string> = {}): Ticker[] => {
    const answer = get(`/tickers${query}`, headers);
    expect(answer.status).toBe(200);
    return JSON.parse(answer.body) as Ticker[];
  };
  return { time, get, tickers };
}

describe('/tickers', () => {
  it('is not in rank order, and no rank comes twice', () => {
    const ranks = open()
      .tickers()
      .map(({ rank }) => rank);
    expect(ranks).not.toEqual(ranks.toSorted((a, b) => a - b));
    expect(new Set(ranks).size).toBe(ranks.length);
    expect(ranks.length).toBeGreaterThan(1_780);
  });

  it('gives at most 2,000 coins on the free plan, the largest, and all on a paid one', () => {
    const { tickers } = open({ coins: 2_400 });
    expect(tickers()).toHaveLength(2_000);
    expect(Math.max(...tickers().map(({ rank }) => rank))).toBe(2_000);
    expect(tickers('', key).length).toBeGreaterThan(2_100);
  });

  it('tells the circulating supply only on a paid plan', () => {
    const { tickers } = open({ coins: 150 });
    expect(tickers().filter((ticker) => 'circulating_supply' in ticker)).toEqual([]);
    expect(tickers('', key).every((ticker) => 'circulating_supply' in ticker)).toBe(true);
  });

  it('has ids of symbol and slug, each once, without odd characters', () => {
    const ids = open()
      .tickers()
      .map(({ id }) => id);
    expect(ids).toContain('btc-bitcoin');
    expect(ids).toContain('bor-boringdao-old');
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[\p{Ll}\p{Lo}\p{N}]+(-[\p{Ll}\p{Lo}\p{N}]+)*$/u.test(id))).toEqual([]);
  });

  it('quotes in what is asked for, USD unless asked', () => {
    const { tickers } = open({ coins: 150 });
    expect(new Set(tickers().map(({ quotes }) => Object.keys(quotes).join()))).toEqual(new Set(['USD']));
    const inThree = tickers('?quotes=eur,BTC,ETH');
    expect(new Set(inThree.map(({ quotes }) => Object.keys(quotes).join()))).toEqual(
      new Set(['EUR,BTC,ETH']),
    );
    const bitcoin = inThree.find(({ id }) => id === 'btc-bitcoin');
    expect(bitcoin?.quotes['BTC']?.['price']).toBeCloseTo(1, 2);
  });

  it('says what is unknown in all four ways', () => {
    const all = open().tickers();
    const usd = all.map(({ quotes }) => quotes['USD'] ?? {});
    const share = (
      entries: Record<string, unknown>[],
      matches: (entry: Record<string, unknown>) => boolean,
    ): number => entries.filter(matches).length / entries.length;
    expect(share(all, (ticker) => ticker['max_supply'] === 0)).toBeGreaterThan(0.6);
    expect(share(all, (ticker) => ticker['max_supply'] === null)).toBeGreaterThan(0);
    expect(share(all, (ticker) => !('max_supply' in ticker))).toBeGreaterThan(0);
    expect(share(all, (ticker) => ticker['total_supply'] === 0)).toBeGreaterThan(0.05);
    expect(share(usd, (quote) => quote['market_cap'] === 0)).toBeGreaterThan(0.1);
    expect(share(usd, (quote) => quote['ath_date'] === '' && quote['ath_price'] === 0)).toBeGreaterThan(0);
    expect(share(usd, (quote) => !('percent_change_15m' in quote))).toBeGreaterThan(0);
  });

  it('tells of each coin when it was updated, some long ago', () => {
    const ages = open()
      .tickers()
      .map((ticker) => startMs - Date.parse(ticker.last_updated));
    expect(Math.min(...ages)).toBeGreaterThanOrEqual(0);
    expect(ages.filter((ageMs) => ageMs > 7 * 86_400_000).length).toBeGreaterThan(5);
  });

  const payload = join(
    import.meta.dirname,
    '../../../../shared/payloads/coinpaprika/tickers_modern_shape_4.json',
  );

  it.skipIf(!existsSync(payload))('has the fields of a recorded one, in its order', () => {
    const [recorded] = JSON.parse(readFileSync(payload, 'utf8')) as Ticker[];
    const ours = open()
      .tickers('', key)
      .find(({ id }) => id === 'btc-bitcoin');
    expect(Object.keys(ours ?? {})).toEqual(Object.keys(recorded ?? {}));
    expect(Object.keys(ours?.quotes['USD'] ?? {})).toEqual(Object.keys(recorded?.quotes['USD'] ?? {}));
  });
});

describe('renewal', () => {
  it.each([
    ['the free plan every 5 minutes', {}, 300_000],
    ['a paid plan every minute', key, 60_000],
  ])('is on %s', (_, headers, everyMs) => {
    const { time, get } = open({ coins: 150 });
    const body = () => get('/tickers', headers).body;
    const first = body();
    time.nowMs += everyMs - 1;
    expect(body()).toBe(first);
    time.nowMs += 1;
    expect(body()).not.toBe(first);
  });
});

describe('the rate limit', () => {
  it('answers 429 above 10 a second, and recovers', () => {
    const { time, get } = open({ coins: 10 });
    const status = () => get('/global').status;
    expect(Array.from({ length: 11 }, status)).toEqual([...Array.from({ length: 10 }, () => 200), 429]);
    expect(get('/global').body).toBe('{"error":"you have reached maximum request limit"}');
    time.nowMs += 999;
    expect(status()).toBe(429);
    time.nowMs += 1;
    expect(status()).toBe(200);
  });
});

describe('errors', () => {
  it.each([
    [400, '/tickers?quotes=USD,EUR,BTC,ETH', {}],
    [400, '/tickers?quotes=XXX', {}],
    [402, '/coins/mappings', {}],
    [402, '/tickers/btc-bitcoin/historical', {}],
    [403, '/tickers', { authorization: 'short' }],
    [404, '/tickers/no-such', {}],
    [404, '/coins/no-such', {}],
    [404, '/coins/%E0%A4%A', {}],
    [404, '/no/such', {}],
  ])('are %i for %s', (status, path, headers) => {
    const answer = open({ coins: 20 }).get(path, headers);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toEqual({ error: expect.any(String) });
  });

  it('are none for a key in either scheme', () => {
    const { get } = open({ coins: 20 });
    expect(get('/global', key).status).toBe(200);
    expect(get('/global', { authorization: `Bearer ${key.authorization}` }).status).toBe(200);
  });
});

describe('other paths', () => {
  it('list all coins, those that are not traded with rank 0', () => {
    const { get, tickers } = open();
    const coins = JSON.parse(get('/coins').body) as { id: string; rank: number; is_active: boolean }[];
    expect(coins).toHaveLength(2_000);
    const active = coins.filter((coin) => coin.is_active);
    expect(new Set(active.map(({ id }) => id))).toEqual(new Set(tickers().map(({ id }) => id)));
    expect(coins.filter((coin) => coin.is_active === (coin.rank === 0))).toEqual([]);
  });

  it('show one coin or ticker by its id, whatever its letters', () => {
    const { get } = open({ coins: 150 });
    for (const id of ['btc-bitcoin', '老板-lao-ban']) {
      for (const collection of ['coins', 'tickers']) {
        const answer = get(`/${collection}/${encodeURIComponent(id)}`);
        expect(JSON.parse(answer.body)).toMatchObject({ id });
      }
    }
  });

  it('sum up the market, in unix seconds', () => {
    const { get } = open();
    const global = JSON.parse(get('/global').body) as Record<string, number>;
    expect(global['last_updated']).toBe(startMs / 1_000);
    expect(global['bitcoin_dominance_percentage']).toBeGreaterThan(20);
    expect(global['market_cap_usd']).toBeGreaterThan(1e12);
  });
});
