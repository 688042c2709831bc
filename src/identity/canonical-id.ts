import { slugOf } from './normalise.ts';
import type { SourceCoin } from './source-coin.ts';

const idLengthMax = 80;

/**
 * Lower-case letters of ASCII, digits and dashes: safe in a URL, and no look-alike (`Віtсоіn` in Cyrillic) can be
 * mistaken for a coin it is not.
 */
function toSlug(text: string): string {
  const plain = text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\u0300-\u036F'’.]/gu, '');
  return plain
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, idLengthMax)
    .replace(/^-+|-+$/g, '');
}

const isAscii = (text: string): boolean => /^[\x20-\x7E]*$/.test(text);

/** What a coin is called as long as nobody else is: by its source's id, else by its name or symbol. */
export function slugFor(coin: SourceCoin): string {
  const texts = [slugOf(coin), coin.name ?? '', coin.symbol ?? ''];
  const candidates = [...texts.filter(isAscii), ...texts].map(toSlug);
  return candidates.find((slug) => /[a-z]/.test(slug)) ?? candidates.find((slug) => slug !== '') ?? 'coin';
}

/** A free id for a new coin: `gold`, else `gold-glc` by its symbol, else `gold-coinpaprika`, else `gold-2`. */
export function canonicalId(coin: SourceCoin, isTaken: (id: string) => boolean): string {
  const slug = slugFor(coin);
  const symbol = toSlug(coin.symbol ?? '');
  const named = [
    slug,
    symbol && symbol !== slug ? `${slug}-${symbol}` : '',
    `${slug}-${toSlug(coin.source)}`,
  ];
  const free = named.find((id) => id !== '' && !isTaken(id));
  if (free !== undefined) return free;
  let next = 2;
  while (isTaken(`${slug}-${next}`)) next += 1;
  return `${slug}-${next}`;
}
