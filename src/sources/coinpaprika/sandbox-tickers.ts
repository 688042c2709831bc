import { type CurrencyView, currencyAt } from '../../sandbox/kit/currency.ts';
import { errorResponse, jsonResponse } from '../../sandbox/kit/response.ts';
import type { SandboxCoin, SandboxResponse } from '../sandbox-market.ts';
import { tickerOf } from './sandbox-ticker.ts';
import { type View, paprikaId } from './sandbox-view.ts';

const quotesMax = 3;
const dayMs = 86_400_000;

/** `GET /tickers`: all coins of the plan in up to three currencies. */
export function tickers(view: View, query: URLSearchParams): SandboxResponse {
  return withTickers(view, query, (make) => jsonResponse(200, view.coins.map(make)));
}

/** `GET /tickers/{id}`. */
export function tickerById(view: View, query: URLSearchParams, id: string): SandboxResponse {
  const coin = view.coins.find((candidate) => paprikaId(candidate) === id);
  if (!coin) return errorResponse(404, 'id not found');
  return withTickers(view, query, (make) => jsonResponse(200, make(coin)));
}

function withTickers(
  { market, plan, moment }: View,
  query: URLSearchParams,
  answer: (make: (coin: SandboxCoin) => object) => SandboxResponse,
): SandboxResponse {
  const codes = (query.get('quotes') ?? 'USD').split(',').map((code) => code.trim());
  if (codes.length > quotesMax) return errorResponse(400, 'quotes: at most 3 currencies are allowed');
  const currencies: CurrencyView[] = [];
  for (const code of codes) {
    const currency = currencyAt(market, code, moment);
    if (!currency) return errorResponse(400, `quotes: unknown currency ${JSON.stringify(code)}`);
    currencies.push(currency);
  }
  // By the day, so that the market does not look a year back with every request.
  const yearAgo = new Date(Math.floor(moment.getTime() / dayMs - 365) * dayMs);
  const coinsYearAgo = market.coinsAt(yearAgo);
  return answer((coin) =>
    tickerOf(coin, {
      currencies,
      plan,
      priceYearAgoUsd:
        coin.firstDataAt < yearAgo ? (coinsYearAgo[coin.index]?.priceUsd ?? coin.priceUsd) : null,
    }),
  );
}
