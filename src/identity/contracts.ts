import type { Contract } from './source-coin.ts';

/** CoinPaprika's platforms by CoinGecko's names, which are ours. A platform of neither list keeps its own name. */
const platformNames: ReadonlyMap<string, string> = new Map([
  ['eth-ethereum', 'ethereum'],
  ['bnb-binance-coin', 'binance-smart-chain'],
  ['matic-polygon', 'polygon-pos'],
  ['sol-solana', 'solana'],
  ['avax-avalanche', 'avalanche'],
  ['arb-arbitrum', 'arbitrum-one'],
  ['op-optimism', 'optimistic-ethereum'],
  ['base-base', 'base'],
  ['ftm-fantom', 'fantom'],
  ['celo-celo', 'celo'],
  ['gno-gnosis', 'xdai'],
  ['trx-tron', 'tron'],
  ['zksync-zksync', 'zksync'],
]);

const platformOf = (name: string): string => platformNames.get(name) ?? name;

/** Addresses that stand for the platform's own coin, or for none. */
const noContract = /^(?:0x0*|0xe{40})$/;

/**
 * An address in the one spelling it has. Hexadecimal digits have no case that means anything (EVM, Sui, Aptos; there the
 * module's name behind `::` does); everything else is told apart by case: Solana, Tron, Stellar. Null: no contract.
 */
export function addressOf(address: string): string | null {
  const trimmed = address.trim();
  const folded = trimmed.replace(/^0x[0-9a-f]+(?=$|::)/i, (digits) => digits.toLowerCase());
  return folded === '' || noContract.test(folded) ? null : folded;
}

/** The addresses a coin has, by platform. */
export type ContractsByPlatform = ReadonlyMap<string, ReadonlySet<string>>;

export function contractsByPlatform(contracts: readonly Contract[]): ContractsByPlatform {
  const byPlatform = new Map<string, Set<string>>();
  for (const { platform, address } of contracts) {
    const spelled = addressOf(address);
    if (spelled === null) continue;
    const name = platformOf(platform);
    byPlatform.set(name, (byPlatform.get(name) ?? new Set()).add(spelled));
  }
  return byPlatform;
}

/** How two coins' contracts compare: platforms on which they share an address, and those on which they do not. */
export interface ContractComparison {
  agree: string[];
  differ: string[];
}

/** Platforms that only one of them has say nothing. */
export function compareContracts(a: ContractsByPlatform, b: ContractsByPlatform): ContractComparison {
  const agree: string[] = [];
  const differ: string[] = [];
  for (const [platform, addresses] of a) {
    const others = b.get(platform);
    if (others === undefined) continue;
    (addresses.isDisjointFrom(others) ? differ : agree).push(platform);
  }
  return { agree: agree.sort(), differ: differ.sort() };
}
