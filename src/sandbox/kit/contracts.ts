import type { SandboxCoin } from '../../sources/sandbox-market.ts';
import { hashOf, pick, unit } from './random.ts';

/** The simulated platforms, with what each source calls them. */
export const platforms = [
  { coingecko: 'ethereum', coinpaprika: 'eth-ethereum' },
  { coingecko: 'binance-smart-chain', coinpaprika: 'bnb-binance-coin' },
  { coingecko: 'polygon-pos', coinpaprika: 'matic-polygon' },
  { coingecko: 'base', coinpaprika: 'base-base' },
  { coingecko: 'arbitrum-one', coinpaprika: 'arb-arbitrum' },
  { coingecko: 'solana', coinpaprika: 'sol-solana' },
] as const;
export type Platform = (typeof platforms)[number];

/** The others are coins of a chain of their own. */
const tokenShare = 0.8;
const base58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

export const isToken = ({ index }: SandboxCoin): boolean => unit('token', index) < tokenShare;

export interface SandboxContract {
  platform: Platform;
  address: string;
}

/** The contracts of a coin: the same whoever is asked. */
export function contractsOf(coin: SandboxCoin): SandboxContract[] {
  if (!isToken(coin)) return [];
  const { index } = coin;
  const count = 1 + Math.floor(3 * unit('platforms', index) ** 2);
  const chosen = Array.from({ length: count }, (_, nth) =>
    pick<Platform>(platforms, unit('platform', index, nth)),
  );
  return [...new Set(chosen)].map((platform) => ({
    platform,
    address: addressOf(platform, 'contract', index),
  }));
}

/** An address as the platform writes it. `what` tells several of one coin apart. */
export function addressOf({ coingecko }: Platform, what: string, index: number): string {
  const hashes = (count: number): number[] =>
    Array.from({ length: count }, (_, nth) => hashOf(what, coingecko, index, nth));
  if (coingecko === 'solana')
    return hashes(44)
      .map((hash) => base58.charAt(hash % 58))
      .join('');
  const digits = hashes(8).map((hash) => hash.toString(16).padStart(8, '0'));
  return `0x${digits.join('').slice(0, 40)}`;
}
