import { addressOf, contractsOf, platforms, type Platform } from '../../sandbox/kit/contracts.ts';
import { isSteady } from '../../sandbox/kit/listing.ts';
import { unit } from '../../sandbox/kit/random.ts';
import { errorResponse, jsonResponse } from '../../sandbox/kit/response.ts';
import type { SandboxCoin, SandboxResponse } from '../sandbox-market.ts';
import { type View, paprikaId } from './sandbox-view.ts';

/** A platform that no coin of the market is on: its list is empty. */
const otherPlatforms = [
  'avax-avalanche',
  'op-optimism',
  'ftm-fantom',
  'celo-celo',
  'gno-gnosis',
  'trx-tron',
  'zksync-zksync',
  'xlm-stellar',
];
/** How many contracts CoinPaprika does not know, has another address of, or lists an older one beside. */
const unknownShare = 0.15;
const otherShare = 0.01;
const olderShare = 0.03;

interface Entry {
  address: string;
  id: string;
  type: string;
  active: boolean;
}

/** `GET /contracts`: the platforms there are. */
export const contractPlatforms = (): SandboxResponse =>
  jsonResponse(200, [...platforms.map(({ coinpaprika }) => coinpaprika), ...otherPlatforms]);

/** `GET /contracts/{platform}`: the contracts of all coins on it, of inactive ones too. */
export function platformContracts({ market, moment }: View, id: string): SandboxResponse {
  if (otherPlatforms.includes(id)) return jsonResponse(200, []);
  const platform = platforms.find(({ coinpaprika }) => coinpaprika === id);
  if (platform === undefined) return errorResponse(404, 'platform not found');
  return jsonResponse(
    200,
    market.coinsAt(moment).flatMap((coin) => entriesOf(coin, platform)),
  );
}

function entriesOf(coin: SandboxCoin, platform: Platform): Entry[] {
  const contract = contractsOf(coin).find((each) => each.platform === platform);
  const { index } = coin;
  const chance = (what: string): number => (isSteady(coin) ? 1 : unit(what, platform.coinpaprika, index));
  if (contract === undefined || chance('coinpaprika knows') < unknownShare) return [];
  const entry = (address: string, active: boolean): Entry => ({
    address: written(address, index),
    id: paprikaId(coin),
    type: platform.coingecko === 'solana' ? 'Other' : 'ERC20',
    active,
  });
  const isOther = chance('coinpaprika has another') < otherShare;
  const hasOlder = chance('coinpaprika has an older') < olderShare;
  return [
    ...(hasOlder ? [entry(addressOf(platform, 'older contract', index), false)] : []),
    entry(isOther ? addressOf(platform, 'other contract', index) : contract.address, true),
  ];
}

/** CoinGecko writes hexadecimal addresses in lower case; here their case is mixed, as in a checksum. */
const written = (address: string, index: number): string =>
  address.startsWith('0x')
    ? address.replace(/[a-f]/g, (digit, at: number) =>
        unit('case', index, at) < 0.5 ? digit.toUpperCase() : digit,
      )
    : address;
