import type { SourceCoin } from './source-coin.ts';

/** What two sources call one coin, made comparable. Empty texts: nothing to compare. */
export interface ComparableName {
  /** Every letter and digit in order: `bitcoincash`. */
  full: string;
  /** Without the words that say what kind of thing it is: `pirate` of `Pirate Chain`. */
  base: string;
  /** What tells a coin from its namesake: `old`, `wrapped`, `v2`. Sorted, joined. */
  qualifiers: string;
  /** It has no word for the kind of thing it is. */
  isBare: boolean;
}

const invisible = /[\p{Cf}\p{Cc}\uFEFF]/gu;
const accents = /[\u0300-\u036F]/gu;
const kindWords = new Set(
  'blockchain chain coin cryptocurrency currency network platform project protocol token'.split(' '),
);
const standards = new Set('erc20 erc-20 qrc20 trc20 nep5 nrc20 standard'.split(' '));
const qualifierWords = new Set(
  (
    'old new legacy classic original wrapped bridged wormhole pegged peg staked liquid synthetic iou futures vault ' +
    'bull bear long short hedge half bep2 bep20 bsc heco polygon avalanche solana ethereum eth waves neo xem tron ' +
    'fantom arbitrum optimism base bnb celo gnosis'
  ).split(' '),
);
const version = /^v\d+$|^\d+0$/;

/** Upper case, in one spelling: `ｂｔｃ` is `BTC`, and the Cyrillic `ВТС` stays what it is. */
export function normaliseSymbol(symbol: string | null): string {
  return (symbol ?? '').normalize('NFKC').replace(invisible, '').trim().toUpperCase();
}

/** Lower case, with blanks where two words were written as one: `CyberVeinToken`. */
function fold(text: string): string {
  const spaced = text
    .normalize('NFKC')
    .replace(invisible, '')
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2');
  return spaced.toLowerCase().normalize('NFKD').replace(accents, '').normalize('NFC');
}

const wordsOf = (folded: string): string[] =>
  folded.replace(/['’.]/g, '').match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];

function withoutKind(words: readonly string[]): string[] {
  let end = words.length;
  while (end > 1 && kindWords.has(words[end - 1] ?? '')) end -= 1;
  return words.slice(words[0] === 'the' && end > 1 ? 1 : 0, end);
}

/** Parts in brackets that say how a token is built, and not which one it is. */
const withoutStandard = (folded: string): string =>
  folded.replace(/[[(]([^\])]*)[\])]/g, (part, inner: string) => (standards.has(inner.trim()) ? ' ' : part));

/** The first word is the coin's own, whatever it is: `Polygon`, `Base`, `Neo`. */
function isQualifier(word: string, place: number, words: readonly string[]): boolean {
  if (version.test(word)) return place > 0;
  if (!qualifierWords.has(word)) return false;
  return place > 0 || (words.length > 1 && /^(?:wrapped|bridged|staked|pegged|liquid|synthetic)$/.test(word));
}

const unnamed: ComparableName = { full: '', base: '', qualifiers: '', isBare: false };

export function comparableName(name: string | null): ComparableName {
  if (name === null) return unnamed;
  const folded = fold(name);
  const words = wordsOf(folded);
  if (words.length === 0) return unnamed;
  const named = wordsOf(withoutStandard(folded));
  const kept = withoutKind(named);
  const qualifiers = kept.filter(isQualifier).sort();
  const own = withoutKind(kept.filter((word, place) => !isQualifier(word, place, kept)));
  const base = own.join('');
  return {
    full: words.join(''),
    base,
    qualifiers: qualifiers.join(' '),
    isBare: kept.length === named.length,
  };
}

/** The readable part of a source's id: `bitcoin-cash` of CoinPaprika's `bch-bitcoin-cash`. */
export function slugOf({
  source,
  sourceCoinId,
  symbol,
}: Pick<SourceCoin, 'source' | 'sourceCoinId' | 'symbol'>): string {
  if (source !== 'coinpaprika') return sourceCoinId;
  const prefix = `${(symbol ?? '').toLowerCase()}-`;
  // A coin keeps its id when its symbol changes: then the symbol of the past ends at the first dash.
  const cut =
    prefix !== '-' && sourceCoinId.startsWith(prefix) ? prefix.length : sourceCoinId.indexOf('-') + 1;
  return sourceCoinId.slice(cut) || sourceCoinId;
}
