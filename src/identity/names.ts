import type { CoinFacts } from './coin-facts.ts';
import type { ComparableName } from './normalise.ts';

/** How much two coins' names speak for one coin, weakest first. */
export const nameMatches = [
  'NONE',
  'SLUG_ONLY',
  'NO_NAME',
  'BASE',
  'REBRAND',
  'REBRAND_AND_NAME',
  'NAME_OR_SLUG',
  'NAME_AND_SLUG',
] as const;
export type NameMatch = (typeof nameMatches)[number];

export const strengthOf = (match: NameMatch): number => nameMatches.indexOf(match);

const isSame = (a: string, b: string): boolean => a !== '' && a === b;

/**
 * One is the other and a word for what kind of thing it is: `Pirate` and `Pirate Chain`. Two such words are two coins
 * (`BEE Coin`, `Bee Token`), and so is what `old` or `wrapped` tells apart.
 */
const isSameBase = (a: ComparableName, b: ComparableName): boolean =>
  isSame(a.base, b.base) && a.qualifiers === b.qualifiers && (a.isBare || b.isBare);

/** A file may bring nothing but a symbol: then its id is that. */
const isNameless = ({ coin, symbol, slug }: CoinFacts): boolean =>
  coin.name === null && (slug.full === '' || slug.full.toUpperCase() === symbol);

/** Names count between coins of one symbol; the same slug alone under two symbols is a hint that needs a price. */
export function matchNames(a: CoinFacts, b: CoinFacts): NameMatch {
  const isRebrand = a.rebrands.some((rebrand) => b.rebrands.includes(rebrand));
  if (!isSame(a.symbol, b.symbol)) {
    const isAlike = isSame(a.slug.full, b.slug.full) || isSame(a.name.full, b.name.full);
    if (isRebrand) return isAlike ? 'REBRAND_AND_NAME' : 'REBRAND';
    return isSame(a.slug.full, b.slug.full) ? 'SLUG_ONLY' : 'NONE';
  }
  const name = isSame(a.name.full, b.name.full);
  const slug = isSame(a.slug.full, b.slug.full);
  if (name && slug) return 'NAME_AND_SLUG';
  if (name || slug || isSame(a.name.full, b.slug.full) || isSame(a.slug.full, b.name.full))
    return 'NAME_OR_SLUG';
  if (isRebrand) return 'REBRAND';
  const pairs = [a.name, a.slug].flatMap((x) => [b.name, b.slug].map((y) => [x, y] as const));
  if (pairs.some(([x, y]) => isSameBase(x, y)) && a.name.qualifiers === b.name.qualifiers) return 'BASE';
  return isNameless(a) || isNameless(b) ? 'NO_NAME' : 'NONE';
}
