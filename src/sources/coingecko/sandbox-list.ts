import { z } from 'zod';
import { isListed } from '../../sandbox/kit/listing.ts';
import { hashOf, pick, unit } from '../../sandbox/kit/random.ts';
import { jsonResponse } from '../../sandbox/kit/response.ts';
import type { SandboxCoin, SandboxMarket, SandboxResponse } from '../sandbox-market.ts';
import { flag, readQuery } from './sandbox-query.ts';

const platforms = [
  'ethereum',
  'binance-smart-chain',
  'polygon-pos',
  'base',
  'arbitrum-one',
  'solana',
] as const;
/** The others are coins of a chain of their own. */
const tokenShare = 0.8;
const base58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

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

function platformsOf({ index }: SandboxCoin): Record<string, string> {
  if (unit('token', index) >= tokenShare) return {};
  const count = 1 + Math.floor(3 * unit('platforms', index) ** 2);
  const chosen = Array.from({ length: count }, (_, nth) => pick(platforms, unit('platform', index, nth)));
  return Object.fromEntries(chosen.map((platform) => [platform, contractOf(platform, index)]));
}

function contractOf(platform: string, index: number): string {
  const words = Array.from({ length: 8 }, (_, nth) => hashOf('contract', platform, index, nth));
  if (platform !== 'solana')
    return `0x${words
      .map((word) => word.toString(16).padStart(8, '0'))
      .join('')
      .slice(0, 40)}`;
  const letters = Array.from({ length: 44 }, (_, nth) => hashOf('contract', platform, index, nth) % 58);
  return letters.map((letter) => base58.charAt(letter)).join('');
}
