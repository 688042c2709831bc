import { isToken } from '../../sandbox/kit/contracts.ts';
import { isListed } from '../../sandbox/kit/listing.ts';
import { errorResponse, jsonResponse } from '../../sandbox/kit/response.ts';
import type { SandboxCoin, SandboxResponse } from '../sandbox-market.ts';
import { type View, paprikaId, paprikaTime } from './sandbox-view.ts';

const newForMs = 5 * 86_400_000;

/** `GET /coins`: the naming of all coins; those that are no longer traded have rank 0. */
export function coins(view: View): SandboxResponse {
  const active = view.coins.map((coin) => naming(coin, true, view.moment));
  const inactive = inactiveCoins(view).map((coin) => naming(coin, false, view.moment));
  return jsonResponse(200, [...active, ...inactive]);
}

/** `GET /coins/{id}`: what describes a coin, without prices. */
export function coinById(view: View, id: string): SandboxResponse {
  const hasId = (coin: SandboxCoin): boolean => paprikaId(coin) === id;
  const active = view.coins.find(hasId);
  const coin = active ?? inactiveCoins(view).find(hasId);
  if (!coin) return errorResponse(404, 'id not found');
  return jsonResponse(200, {
    ...naming(coin, active !== undefined, view.moment),
    logo: `https://static.coinpaprika.example/coin/${id}/logo.png`,
    description: '',
    message: '',
    open_source: true,
    started_at: null,
    first_data_at: paprikaTime(coin.firstDataAt),
    last_data_at: paprikaTime(coin.updatedAt),
  });
}

function inactiveCoins({ market, moment }: View): SandboxCoin[] {
  return market.coinsAt(moment).filter((coin) => !isListed('coinpaprika', coin));
}

function naming(coin: SandboxCoin, active: boolean, moment: Date): object {
  return {
    id: paprikaId(coin),
    name: coin.name,
    symbol: coin.symbol,
    rank: active ? coin.rank : 0,
    is_new: moment.getTime() - coin.firstDataAt.getTime() < newForMs,
    is_active: active,
    type: isToken(coin) ? 'token' : 'coin',
  };
}
