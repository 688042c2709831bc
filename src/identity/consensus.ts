import type { Decimal, DecimalField } from '../sources/record.ts';
import { exactOf, lowerMedianOf, medianOf } from './decimal.ts';
import { compareCoins, compareText, type SourceCoinRef } from './source-coin.ts';

/** Values of which one is right: the mean of two supplies is nobody's. Of all others the middle means something. */
type Picked = 'circulatingSupply' | 'totalSupply' | 'maxSupply';
type Middled = Exclude<DecimalField, Picked>;

/** The newest that a source says of a coin in one currency. */
export interface ConsensusQuote extends SourceCoinRef, Record<DecimalField, Decimal | null> {
  currency: string;
  rank: number | null;
  observedAt: Date;
}

export type ExclusionReason = 'STALE' | 'OUTLIER' | 'NO_PRICE' | 'NOT_USD';

/**
 * How the values came about. `only`: one quote was left. `median`: all that are fresh agree. `trimmed`: the median of
 * the most that agree. `trusted`: no two agree, and the one with most in its favour stands alone.
 */
export type ConsensusMethod = 'none' | 'only' | 'median' | 'trimmed' | 'trusted';

/** A quote with what became of it; null: it was used. */
export interface JudgedQuote {
  quote: ConsensusQuote;
  exclusion: ExclusionReason | null;
}

export interface CoinConsensus {
  method: ConsensusMethod;
  values: Record<DecimalField, Decimal | null> & { rank: number | null };
  /** Between the lowest and the highest price used, of the consensus; null with fewer than two. */
  spreadPercent: number | null;
  /** The newest that was used. */
  observedAt: Date | null;
  quotesUsed: number;
  quotesTotal: number;
  /** In the order of sources. */
  quotes: JudgedQuote[];
}

/**
 * One page of a source holds prices 35 minutes apart, so an hour is no age. The same for a source that is asked once a
 * day: beside one of now its price is old, and how often it is asked is a setting, which no fold may hang on.
 */
const staleAfterMs = 3_600_000;

/** Of 2,541 coins 1 % moved by more than a factor of 1.5 within an hour: further apart, two quotes tell of two things. */
const wildFactor = 1.5;

const isWithin = (a: number, b: number, factor: number): boolean => a <= b * factor && b <= a * factor;
const agree = (a: ConsensusQuote, b: ConsensusQuote): boolean =>
  isWithin(Number(a.price), Number(b.price), wildFactor);

/** Whether a quote's price is what its own market cap and supply make it. 2: yes, 1: unknown, 0: no. */
function coherence({ price, marketCap, circulatingSupply }: ConsensusQuote): number {
  const implied = Number(marketCap ?? 0) / Number(circulatingSupply ?? 0);
  if (!Number.isFinite(implied) || implied <= 0) return 1;
  return isWithin(Number(price), implied, wildFactor) ? 2 : 0;
}

const compareQuotes = (a: ConsensusQuote, b: ConsensusQuote): number =>
  compareCoins(a, b) ||
  compareText(a.currency, b.currency) ||
  b.observedAt.getTime() - a.observedAt.getTime() ||
  compareText(JSON.stringify(a), JSON.stringify(b));

/**
 * What speaks for a quote that stands against others: that its figures fit each other, that its source ranks the coin
 * and how high, and that it is newer. Never the consensus before: it hangs on the order in which quotes came, and a
 * rebuild must come to the same.
 */
const compareTrust = (a: ConsensusQuote, b: ConsensusQuote): number =>
  coherence(b) - coherence(a) ||
  (a.rank ?? Number.MAX_SAFE_INTEGER) - (b.rank ?? Number.MAX_SAFE_INTEGER) ||
  b.observedAt.getTime() - a.observedAt.getTime() ||
  compareQuotes(a, b);

/** The most that agree with one of them; of as many the group of the most trusted. */
function agreeing(fresh: readonly ConsensusQuote[]): readonly ConsensusQuote[] {
  const groups = fresh.toSorted(compareTrust).map((centre) => fresh.filter((quote) => agree(quote, centre)));
  const most = Math.max(...groups.map((group) => group.length));
  return groups.find((group) => group.length === most) ?? [];
}

function methodOf(used: number, fresh: number): ConsensusMethod {
  if (used === 0) return 'none';
  if (used < fresh) return used === 1 ? 'trusted' : 'trimmed';
  return used === 1 ? 'only' : 'median';
}

function spreadOf(used: readonly ConsensusQuote[], price: Decimal | null): number | null {
  if (used.length < 2 || price === null) return null;
  const prices = used.map((quote) => Number(quote.price));
  return Number((((Math.max(...prices) - Math.min(...prices)) / Number(price)) * 100).toFixed(4));
}

const hasPrice = ({ price }: ConsensusQuote): boolean => {
  const number = Number(price ?? 0);
  return number > 0 && Number.isFinite(number) && exactOf(price ?? '') !== null;
};

const latest = (quotes: readonly ConsensusQuote[]): number =>
  quotes.reduce((newest, { observedAt }) => Math.max(newest, observedAt.getTime()), -Infinity);

function valuesOf(used: readonly ConsensusQuote[]): CoinConsensus['values'] {
  const ranks = used.flatMap(({ rank }) => (rank === null ? [] : [rank])).sort((a, b) => a - b);
  const median = (field: Middled): Decimal | null => medianOf(used.map((quote) => quote[field]));
  const pick = (field: Picked): Decimal | null => lowerMedianOf(used.map((quote) => quote[field]));
  return {
    price: median('price'),
    marketCap: median('marketCap'),
    volume24h: median('volume24h'),
    fullyDilutedValuation: median('fullyDilutedValuation'),
    high24h: median('high24h'),
    low24h: median('low24h'),
    ath: median('ath'),
    percentChange1h: median('percentChange1h'),
    percentChange24h: median('percentChange24h'),
    percentChange7d: median('percentChange7d'),
    percentChange30d: median('percentChange30d'),
    circulatingSupply: pick('circulatingSupply'),
    totalSupply: pick('totalSupply'),
    maxSupply: pick('maxSupply'),
    rank: ranks[Math.floor((ranks.length - 1) / 2)] ?? null,
  };
}

/**
 * Pure, and the same in whatever order the quotes come: what a coin's USD quotes say together. Age is told by the
 * coin's own newest quote and by no clock. A price is a received one or the exact mean of two.
 */
export function consensusOf(unordered: readonly ConsensusQuote[]): CoinConsensus {
  const quotes = unordered.toSorted(compareQuotes);
  const priced = quotes.filter((quote) => quote.currency === 'USD' && hasPrice(quote));
  const newest = latest(priced);
  const isStale = ({ observedAt }: ConsensusQuote): boolean => newest - observedAt.getTime() > staleAfterMs;
  const fresh = priced.filter((quote) => !isStale(quote));
  const used = agreeing(fresh);
  const exclusionOf = (quote: ConsensusQuote): ExclusionReason | null => {
    if (quote.currency !== 'USD') return 'NOT_USD';
    if (!hasPrice(quote)) return 'NO_PRICE';
    if (isStale(quote)) return 'STALE';
    return used.includes(quote) ? null : 'OUTLIER';
  };
  const values = valuesOf(used);
  return {
    method: methodOf(used.length, fresh.length),
    values,
    spreadPercent: spreadOf(used, values.price),
    observedAt: used.length === 0 ? null : new Date(latest(used)),
    quotesUsed: used.length,
    quotesTotal: quotes.length,
    quotes: quotes.map((quote) => ({ quote, exclusion: exclusionOf(quote) })),
  };
}
