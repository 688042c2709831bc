import { z } from 'zod';
import { type CurrencyView, currencyAt } from '../../sandbox/kit/currency.ts';
import { listedCoins } from '../../sandbox/kit/listing.ts';
import { errorResponse, jsonResponse } from '../../sandbox/kit/response.ts';
import type { SandboxCoin, SandboxMarket, SandboxResponse } from '../sandbox-market.ts';
import { isHollow } from './sandbox-coin.ts';
import { writePrice } from './sandbox-numbers.ts';
import { flag, list, precision, readQuery } from './sandbox-query.ts';

const dayMs = 86_400_000;

const priceQuery = z.object({
  vs_currencies: list,
  ids: list,
  include_market_cap: flag,
  include_24hr_vol: flag,
  include_24hr_change: flag,
  include_last_updated_at: flag,
  precision,
});
type PriceQuery = z.infer<typeof priceQuery>;

/** `GET /simple/price`: by id and currency; unknown ids are left out, unknown currencies are refused. */
export function simplePrice(market: SandboxMarket, params: URLSearchParams, moment: Date): SandboxResponse {
  const read = readQuery(priceQuery, params);
  if (read.kind === 'refused') return read.response;
  const views = read.query.vs_currencies.map((code) => currencyAt(market, code, moment));
  const currencies = views.filter((view) => view !== null);
  if (currencies.length < views.length) return errorResponse(400, 'invalid vs_currencies');

  const ids = new Set(read.query.ids);
  const coins = listedCoins(market, 'coingecko', moment).filter(({ slug }) => ids.has(slug));
  const entries = coins.map((coin) => [coin.slug, priceOf(coin, currencies, read.query)] as const);
  return jsonResponse(200, Object.fromEntries(entries));
}

function priceOf(coin: SandboxCoin, currencies: CurrencyView[], query: PriceQuery): Record<string, number> {
  const price: Record<string, number> = {};
  if (isHollow(coin)) return price;
  for (const currency of currencies) {
    const code = currency.code.toLowerCase();
    price[code] = writePrice(currency.fromUsd(coin.priceUsd), query.precision);
    if (query.include_market_cap) price[`${code}_market_cap`] = currency.fromUsd(coin.marketCapUsd);
    if (query.include_24hr_vol) price[`${code}_24h_vol`] = currency.fromUsd(coin.volume24hUsd);
    if (query.include_24hr_change)
      price[`${code}_24h_change`] = currency.change(coin.percentChange24h, dayMs);
  }
  if (query.include_last_updated_at) price['last_updated_at'] = Math.floor(coin.updatedAt.getTime() / 1_000);
  return price;
}
