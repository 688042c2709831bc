import { pick, unit } from './kit/random.ts';

/** What a coin is called. */
export interface CoinIdentity {
  slug: string;
  symbol: string;
  name: string;
}

/** How many of the invented coins take another coin's symbol; with their originals, about 37 % then share theirs. */
const copiedShare = 0.27;
const copiesOfTopCoins = 0.15;

const starts = words(
  'Aero Alta Astro Bana Bito Block Cryo Cyber Dexa Doge Echo Ether Flux Geno Gala Hexa Hyper Igni Juno Kilo Kyra ' +
    'Luna Lyra Meta Moon Nano Neo Nova Omni Orbi Pixa Poly Quanta Rune Safe Shibu Sola Stella Terra Turbo Umbra ' +
    'Vela Volta Xeno Yield Zen Zeta Zilla',
);
const ends = words(
  'bit bridge byte cash chain coin core dex drop farm fi flow forge gate grid inu kit lend link lynx mesh mint net ' +
    'node pad pay port pulse rail rise scape shard stake swap token trade vault verse wave',
);
const tails = words('AI DAO Finance Gold Labs Network Protocol Token');
const tailShare = 0.6;
const chains = ['Arbitrum', 'Base', 'BNB Chain', 'Optimism', 'Polygon', 'Solana', 'Wormhole'] as const;

/** What no two coins may share, or not by accident; added to with each coin. */
export interface TakenNames {
  slugs: Set<string>;
  symbols: Set<string>;
}

/**
 * The identity of the next coin: a name of its own, or one that borrows the symbol, sometimes the name too, of an
 * earlier coin.
 */
export function inventIdentity(
  seed: number,
  earlier: readonly CoinIdentity[],
  taken: TakenNames,
): CoinIdentity {
  const index = earlier.length;
  const chance: Chance = (what) => unit(seed, what, index);
  const original = chance('copied') < copiedShare ? originalFor(earlier, chance) : undefined;
  const start = pick(starts, chance('start'));
  const end = pick(ends, chance('end'));
  const tail = chance('has tail') < tailShare ? ` ${pick(tails, chance('tail'))}` : '';
  const invented = start + end + tail;
  const name = original ? copiedName(original, invented, chance) : invented;
  const symbol = original?.symbol ?? freeSymbol(start, end, chance('symbol'), taken.symbols);
  return { slug: freeSlug(name, taken.slugs), symbol, name };
}

type Chance = (what: string) => number;

function originalFor(earlier: readonly CoinIdentity[], chance: Chance): CoinIdentity | undefined {
  const among = chance('of top coins') < copiesOfTopCoins ? Math.min(25, earlier.length) : earlier.length;
  return earlier[Math.floor(chance('original') ** 1.5 * among)];
}

function copiedName(original: CoinIdentity, invented: string, chance: Chance): string {
  const kind = chance('kind of copy');
  if (kind < 0.15) return original.name;
  if (kind < 0.4) return `Bridged ${original.name} (${pick(chains, chance('chain'))})`;
  return invented;
}

/** As `AEB`, `AEBRI` or `AEB7`: from both halves of the name. */
function freeSymbol(start: string, end: string, chance: number, taken: Set<string>): string {
  const cut = Math.floor(chance * 4);
  const base = (start.slice(0, 2 + (cut % 2)) + end.slice(0, 1 + cut)).toUpperCase();
  let symbol = base;
  for (let next = 2; taken.has(symbol); next += 1) symbol = `${base}${next}`;
  taken.add(symbol);
  return symbol;
}

function freeSlug(name: string, taken: Set<string>): string {
  const words = name.normalize('NFKD').toLowerCase();
  const base = words.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, '') || 'coin';
  let slug = base;
  for (let next = 2; taken.has(slug); next += 1) slug = `${base}-${next}`;
  taken.add(slug);
  return slug;
}

function words(text: string): [string, ...string[]] {
  const [first = '', ...others] = text.split(' ');
  return [first, ...others];
}
