import { isListed } from '../../sandbox/kit/listing.ts';
import { jsonResponse } from '../../sandbox/kit/response.ts';
import type { SandboxResponse } from '../sandbox-market.ts';
import { type View, paprikaId, paprikaTime } from './sandbox-view.ts';

/** `GET /coins/mappings?coinpaprika=…`: the ids that other providers have for a coin; nothing for an unknown one. */
export function mappings({ market, moment }: View, query: URLSearchParams): SandboxResponse {
  const id = query.get('coinpaprika');
  const coin = market.coinsAt(moment).find((candidate) => paprikaId(candidate) === id);
  if (coin === undefined) return jsonResponse(200, []);
  const coingecko = isListed('coingecko', coin) ? { coingecko: coin.slug } : {};
  const updated_at = paprikaTime(coin.firstDataAt);
  return jsonResponse(200, [
    { coinpaprika: id, coinmarketcap: String(coin.index + 1), ...coingecko, updated_at },
  ]);
}
