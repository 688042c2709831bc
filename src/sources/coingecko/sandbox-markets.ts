import { z } from 'zod';
import { currencyAt } from '../../sandbox/kit/currency.ts';
import { listedCoins } from '../../sandbox/kit/listing.ts';
import { errorResponse, jsonResponse } from '../../sandbox/kit/response.ts';
import type { SandboxCoin, SandboxMarket, SandboxResponse } from '../sandbox-market.ts';
import { isHollow, marketCoin } from './sandbox-coin.ts';
import { flag, list, precision, readQuery, wholeNumber } from './sandbox-query.ts';
import { createChanges, sparkline, windows } from './sandbox-windows.ts';

type Compare = (a: SandboxCoin, b: SandboxCoin) => number;

const byId: Compare = (a, b) => (a.slug < b.slug ? -1 : 1);
const byRank: Compare = (a, b) => a.rank - b.rank;
const byVolume: Compare = (a, b) => a.volume24hUsd - b.volume24hUsd || byId(a, b);

const orders = {
  market_cap_desc: nullsLast(byRank),
  market_cap_asc: nullsLast((a, b) => byRank(b, a)),
  volume_desc: nullsLast((a, b) => byVolume(b, a)),
  volume_asc: nullsLast(byVolume),
  id_asc: byId,
  id_desc: (a, b) => byId(b, a),
} satisfies Record<string, Compare>;

function nullsLast(compare: Compare): Compare {
  return (a, b) => Number(isHollow(a)) - Number(isHollow(b)) || compare(a, b);
}

const marketsQuery = z.object({
  vs_currency: z.string(),
  ids: list.optional(),
  order: z.enum(Object.keys(orders) as [keyof typeof orders]).default('market_cap_desc'),
  per_page: wholeNumber(1, 250).default(100),
  page: wholeNumber(1, 1_000_000).default(1),
  sparkline: flag,
  price_change_percentage: list.pipe(z.array(z.enum(windows))).default([]),
  precision,
});

/** `GET /coins/markets`: a page of the coins in one currency; beyond the end an empty one. */
export function coinsMarkets(market: SandboxMarket, params: URLSearchParams, moment: Date): SandboxResponse {
  const read = readQuery(marketsQuery, params);
  if (read.kind === 'refused') return read.response;
  const query = read.query;
  const currency = currencyAt(market, query.vs_currency, moment);
  if (!currency) return errorResponse(400, 'invalid vs_currency');

  const ids = query.ids?.length ? new Set(query.ids) : null;
  const from = (query.page - 1) * query.per_page;
  const page = listedCoins(market, 'coingecko', moment)
    .filter((coin) => ids?.has(coin.slug) ?? true)
    .sort(orders[query.order])
    .slice(from, from + query.per_page);
  const changesOf = createChanges(market, query.price_change_percentage, currency, moment);
  const entries = page.map((coin) => ({
    ...marketCoin(coin, currency, query.precision),
    ...(query.sparkline ? { sparkline_in_7d: sparkline(coin, currency) } : {}),
    ...changesOf(coin),
  }));
  return jsonResponse(200, entries);
}
