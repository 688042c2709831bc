import { z } from 'zod';
import { contractsOf } from '../../sandbox/kit/contracts.ts';
import { isListed } from '../../sandbox/kit/listing.ts';
import { jsonResponse } from '../../sandbox/kit/response.ts';
import type { SandboxCoin, SandboxMarket, SandboxResponse } from '../sandbox-market.ts';
import { flag, readQuery } from './sandbox-query.ts';

const listQuery = z.object({ include_platform: flag });

/** `GET /coins/list`: the naming of all coins, by id, with their contracts when asked for. */
export function coinsList(market: SandboxMarket, params: URLSearchParams, moment: Date): SandboxResponse {
  const read = readQuery(listQuery, params);
  if (read.kind === 'refused') return read.response;
  const coins = market.coinsAt(moment).filter((coin) => isListed('coingecko', coin));
  const entries = coins
    .sort((a, b) => (a.slug < b.slug ? -1 : 1))
    .map((coin) => ({
      id: coin.slug,
      symbol: coin.symbol.toLowerCase(),
      name: coin.name,
      ...(read.query.include_platform ? { platforms: platformsOf(coin) } : {}),
    }));
  return jsonResponse(200, entries);
}

const platformsOf = (coin: SandboxCoin): Record<string, string> =>
  Object.fromEntries(contractsOf(coin).map(({ platform, address }) => [platform.coingecko, address]));
