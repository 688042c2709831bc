import type { ComparableName } from './normalise.ts';

/** A coin that has changed its symbol, its name or both, and is the same asset: every symbol and name it has had. */
interface Rebrand {
  symbols: readonly string[];
  /** As `comparableName` makes them, in full. */
  names: readonly string[];
}

/**
 * Only where holders had nothing to do or got one for one, and where sources kept their id: a coin that was swapped for
 * another at a ratio (LEND for AAVE, VEN for VET) is two.
 */
const rebrands: readonly Rebrand[] = [
  { symbols: ['ZEL', 'FLUX'], names: ['zelcash', 'zel', 'flux', 'runonflux'] },
  { symbols: ['MATIC'], names: ['maticnetwork', 'matic', 'polygon'] },
  { symbols: ['PAX', 'USDP'], names: ['paxosstandard', 'paxosstandardtoken', 'paxdollar', 'paxosdollar'] },
  { symbols: ['XZC', 'FIRO'], names: ['zcoin', 'firo'] },
  { symbols: ['XRB', 'NANO', 'XNO'], names: ['raiblocks', 'nano'] },
  { symbols: ['MIOTA', 'IOTA'], names: ['iota'] },
  { symbols: ['BNB'], names: ['binancecoin', 'bnb'] },
  { symbols: ['CRO'], names: ['cryptocomchain', 'cryptocomcoin', 'cronos'] },
  { symbols: ['EGLD'], names: ['elrond', 'elrondegld', 'multiversx', 'multiversxegld'] },
  { symbols: ['STX'], names: ['blockstack', 'stacks'] },
  { symbols: ['FET'], names: ['fetch', 'fetchai', 'artificialsuperintelligencealliance'] },
  { symbols: ['RNDR', 'RENDER'], names: ['render', 'rendertoken', 'rendernetwork'] },
  { symbols: ['TON', 'TONCOIN'], names: ['theopennetwork', 'toncoin'] },
  { symbols: ['KLAY', 'KAIA'], names: ['klaytn', 'klaytoken', 'klay', 'kaia'] },
  { symbols: ['DASH', 'DRK', 'XCO'], names: ['darkcoin', 'dash', 'xcoin'] },
  { symbols: ['NEO', 'ANS'], names: ['antshares', 'neo'] },
  { symbols: ['GBYTE'], names: ['byteball', 'obyte'] },
  { symbols: ['POLY'], names: ['polymathnetwork', 'polymath'] },
];

/** The rebrands a coin may be part of, by their place in the list. */
export function rebrandsOf(symbol: string, names: readonly ComparableName[]): number[] {
  return (bySymbol.get(symbol) ?? []).filter((place) =>
    names.some(({ full }) => rebrands[place]?.names.includes(full)),
  );
}

const bySymbol = new Map<string, number[]>();
for (const [place, { symbols }] of rebrands.entries())
  for (const symbol of symbols) bySymbol.set(symbol, [...(bySymbol.get(symbol) ?? []), place]);
