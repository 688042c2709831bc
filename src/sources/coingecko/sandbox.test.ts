import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createMarket } from '../../sandbox/market.ts';
import { sandbox } from './sandbox.ts';

const startMs = Date.UTC(2026, 2, 1);

interface Entry {
  id: string;
  symbol: string;
  current_price: number | null;
  market_cap: number | null;
  market_cap_rank: number | null;
  last_updated: string | null;
  [other: string]: unknown;
}

/** A stand-in with a clock that only the test moves. */
function open({ coins = 2_000, speed = 1 } = {}) {
  const time = { nowMs: startMs };
  const clock = (): Date => new Date(time.nowMs);
  const market = createMarket({ seed: 1, coins, speed, startedAt: new Date(startMs), clock });
  const upstream = sandbox.create(market);
  const get = (path: string, headers: Record<string, string> = {}) => {
    const url = new URL(`http://sandbox/api/v3${path}`);
    return upstream.handle({ path: url.pathname, query: url.searchParams, headers, nowMs: time.nowMs });
  };
  const entries = (query: string): Entry[] => {
    const answer = get(`/coins/markets?${query}`);
    expect(answer.status).toBe(200);
    return JSON.parse(answer.body) as Entry[];
  };
  return { time, market, get, entries };
}

describe('paging through /coins/markets', () => {
  it('gives every coin once at one moment, by id', () => {
    const { entries } = open();
    const pages: Entry[][] = [];
    for (let page = 1; pages.at(-1)?.length !== 0; page += 1) {
      pages.push(entries(`vs_currency=usd&order=id_asc&per_page=250&page=${page}`));
    }
    const ids = pages.flat().map(({ id }) => id);
    expect(pages.slice(0, -2).every((page) => page.length === 250)).toBe(true);
    expect(ids.length).toBeGreaterThan(1_780);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(ids.toSorted());
  });

  it('gives 100 by default, 1 to 250 when asked, and refuses more', () => {
    const { get, entries } = open();
    expect(entries('vs_currency=usd')).toHaveLength(100);
    expect(entries('vs_currency=usd&per_page=1')).toHaveLength(1);
    expect(entries('vs_currency=usd&per_page=250')).toHaveLength(250);
    for (const perPage of ['0', '251', '-1', '1.5', 'x', '']) {
      const answer = get(`/coins/markets?vs_currency=usd&per_page=${perPage}`);
      expect([answer.status, answer.body]).toEqual([400, '{"error":"invalid per_page"}']);
    }
  });

  it('orders as asked, by market cap unless asked', () => {
    const { entries } = open();
    const ranks = (query: string) =>
      entries(`vs_currency=usd&${query}`).map((coin) => coin.market_cap_rank ?? 9_999);
    expect(ranks('')).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    const volumes = entries('vs_currency=usd&order=volume_desc').map((coin) => Number(coin['total_volume']));
    expect(volumes).toEqual(volumes.toSorted((a, b) => b - a));
    const ids = entries('vs_currency=usd&order=id_desc').map(({ id }) => id);
    expect(ids).toEqual(ids.toSorted().toReversed());
  });

  it('keeps to the ids that were asked for, leaving out unknown ones', () => {
    const { entries } = open();
    const ids = entries('vs_currency=usd&ids=ethereum,no-such,bitcoin').map(({ id }) => id);
    expect(ids).toEqual(['bitcoin', 'ethereum']);
  });
});

describe('an entry of /coins/markets', () => {
  const payload = join(
    import.meta.dirname,
    '../../../../shared/payloads/coingecko/markets_2025-12-29_usd_100.json',
  );

  it.skipIf(!existsSync(payload))('has the fields of a recorded one, in its order', () => {
    const recorded = JSON.parse(readFileSync(payload, 'utf8')) as Entry[];
    const ours = open().entries('vs_currency=usd&price_change_percentage=1h');
    expect(Object.keys(ours[0] ?? {})).toEqual(Object.keys(recorded[0] ?? {}));
  });

  it('is named in lower case and rounded as the API does, unless the full price is asked for', () => {
    const { entries } = open();
    const [rounded] = entries('vs_currency=usd&ids=bitcoin');
    const [full] = entries('vs_currency=usd&ids=bitcoin&precision=full');
    const [two] = entries('vs_currency=usd&ids=bitcoin&precision=2');
    expect(rounded?.symbol).toBe('btc');
    expect(Number.isInteger(rounded?.current_price)).toBe(true);
    expect(Number.isInteger(rounded?.market_cap)).toBe(true);
    expect(Number.isInteger(full?.current_price)).toBe(false);
    expect(two?.current_price).toBe(Number(full?.current_price?.toFixed(2)));
  });

  it('is in the currency of the request, its changes too', () => {
    const { entries } = open();
    const [usd] = entries('vs_currency=usd&ids=ethereum&precision=full');
    const [eur] = entries('vs_currency=EUR&ids=ethereum&precision=full');
    const [btc] = entries('vs_currency=btc&ids=bitcoin&precision=full&price_change_percentage=24h,7d');
    expect((usd?.current_price ?? 0) / (eur?.current_price ?? 1)).toBeGreaterThan(1);
    expect(eur?.['price_change_percentage_24h']).not.toBe(usd?.['price_change_percentage_24h']);
    expect(btc?.current_price).toBeCloseTo(1, 2);
    expect(Math.abs(Number(btc?.['price_change_percentage_7d_in_currency']))).toBeLessThan(0.2);
  });

  it('has the windows and the sparkline only when asked for', () => {
    const { entries } = open();
    const windows = ['1h', '24h', '7d', '14d', '30d', '200d', '1y'];
    const keys = windows.map((window) => `price_change_percentage_${window}_in_currency`);
    const [plain] = entries('vs_currency=usd&ids=bitcoin');
    const [asked] = entries(
      `vs_currency=usd&ids=bitcoin&sparkline=true&price_change_percentage=${windows.join('%2C')}`,
    );
    expect(keys.filter((key) => key in (plain ?? {}))).toEqual([]);
    expect(plain).not.toHaveProperty('sparkline_in_7d');
    expect(keys.map((key) => typeof asked?.[key])).toEqual(keys.map(() => 'number'));
    expect(asked).toHaveProperty('sparkline_in_7d.price.length', 168);
  });

  it('can be without anything but its naming', () => {
    const { entries } = open();
    const all = Array.from({ length: 8 }, (_, index) =>
      entries(`vs_currency=usd&per_page=250&page=${index + 1}`),
    ).flat();
    const hollow = all.filter((coin) => coin.last_updated === null);
    expect(hollow.length).toBeGreaterThan(0);
    for (const coin of hollow) {
      const given = Object.entries(coin).filter(([, value]) => value !== null);
      expect(given.map(([key]) => key)).toEqual(['id', 'symbol', 'name', 'image']);
    }
    expect(all.filter((coin) => coin['max_supply'] === null).length).toBeGreaterThan(all.length / 2);
    expect(all.filter((coin) => coin.market_cap_rank === null).length).toBeGreaterThan(100);
  });
});

describe('the edge', () => {
  it('gives the same body for 45 s, then a new one', () => {
    const { time, get } = open();
    const body = () => get('/coins/markets?vs_currency=usd&precision=full').body;
    const first = body();
    time.nowMs += 44_999;
    expect(body()).toBe(first);
    time.nowMs += 1;
    expect(body()).not.toBe(first);
  });

  it('is renewed by the market’s time', () => {
    const { time, get } = open({ speed: 60 });
    const body = () => get('/coins/markets?vs_currency=usd&precision=full').body;
    const first = body();
    time.nowMs += 749;
    expect(body()).toBe(first);
    time.nowMs += 1;
    expect(body()).not.toBe(first);
  });
});

describe('the rate limit', () => {
  it.each([
    ['without a key', {}],
    ['with a Demo key', { 'x-cg-demo-api-key': 'CG-demo' }],
  ])('answers 429 %s above 30 a minute, and recovers when it said it would', (_, headers) => {
    const { time, get } = open({ coins: 20, speed: 600 });
    const status = () => get('/ping', headers).status;
    expect(Array.from({ length: 30 }, status)).toEqual(Array.from({ length: 30 }, () => 200));
    time.nowMs += 20_500;
    const refused = get('/ping', headers);
    expect(refused.status).toBe(429);
    expect(refused.headers).toEqual({ 'Retry-After': '40' });
    expect(JSON.parse(refused.body)).toMatchObject({ status: { error_code: 429 } });
    time.nowMs += 39_499;
    expect(status()).toBe(429);
    time.nowMs += 501;
    expect(status()).toBe(200);
  });
});

describe('keys', () => {
  it('of the Pro kind are on the wrong host', () => {
    const answer = open().get('/ping', { 'x-cg-pro-api-key': 'CG-pro' });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ error_code: 10010 });
  });

  it('of the Demo kind must not be empty', () => {
    const answer = open().get('/ping', { 'x-cg-demo-api-key': '' });
    expect(answer.status).toBe(401);
    expect(JSON.parse(answer.body)).toMatchObject({ status: { error_code: 10002 } });
  });
});

describe('other paths', () => {
  it('refuse what is missing or unknown', () => {
    const { get } = open({ coins: 100 });
    const answers = [
      '/coins/markets',
      '/coins/markets?vs_currency=xxx',
      '/simple/price?ids=bitcoin',
      '/no/such',
    ];
    expect(answers.map((path) => [get(path).status, get(path).body])).toEqual([
      [422, '{"error":"Missing parameter vs_currency"}'],
      [400, '{"error":"invalid vs_currency"}'],
      [422, '{"error":"Missing parameter vs_currencies"}'],
      [404, expect.stringMatching(/^\{"error":/)],
    ]);
  });

  it('list all coins, with contracts when asked for', () => {
    const { get } = open();
    const plain = JSON.parse(get('/coins/list').body) as Entry[];
    const full = JSON.parse(get('/coins/list?include_platform=true').body) as {
      platforms: Record<string, string>;
    }[];
    expect(Object.keys(plain[0] ?? {})).toEqual(['id', 'symbol', 'name']);
    expect(plain.map(({ id }) => id)).toContain('boringdao-[old]');
    const contracts = full.flatMap(({ platforms }) => Object.entries(platforms));
    expect(contracts.length).toBeGreaterThan(plain.length);
    expect(new Set(contracts.map(([, address]) => address)).size).toBe(contracts.length);
    for (const [platform, address] of contracts) {
      expect(address).toMatch(platform === 'solana' ? /^[1-9A-HJ-NP-Za-km-z]{44}$/ : /^0x[0-9a-f]{40}$/);
    }
  });

  it('price known ids and leave out the others', () => {
    const { get } = open({ coins: 100 });
    const answer = get(
      '/simple/price?ids=bitcoin,no-such&vs_currencies=usd,eur&include_last_updated_at=true',
    );
    expect(JSON.parse(answer.body)).toEqual({
      bitcoin: { usd: expect.any(Number), eur: expect.any(Number), last_updated_at: expect.any(Number) },
    });
  });
});
